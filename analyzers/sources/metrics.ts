import type { Inventory, Missing, SourceGap } from '../contract.ts';
import { type MetricData, type Reading, readMetricData, type Series } from './cloudwatch.ts';
import { awaitData, type Patience } from './convergence.ts';
import { type ListedMetric, partsIn } from './inventory/listed.ts';
import { type MetricQuery, metricsOf, signsOfLife } from './metrics-of.ts';
import { finestKept, periodFor, type Range, rangeOf, resolutionOf } from './period.ts';
import { distinctGaps, gapOf, missingOf, type Trouble } from './trouble.ts';

/** Of what time metrics are wanted, and how long that may take. */
export interface RunStretch {
  /** The run, epoch seconds. */
  fromS: number;
  toS: number;
  patience: Patience;
  /** The period in which the metrics come, where it is known. Left out: it is seen from the data. */
  resolutionS?: number | undefined;
  /** How things stand, in one line. */
  onProgress?: ((text: string) => void) | undefined;
}

export interface Metrics {
  series: Series[];
  range: Range;
  gaps: SourceGap[];
}

/** There are none, and why. */
export type NoMetrics = Missing & Pick<Metrics, 'gaps'>;

/** A stretch before the run, to compare with: as long as the run, within these bounds. Guess: tune. */
const BASELINE_S = { min: 300, max: 1800 };
export const baselineFromS = ({ fromS, toS }: Pick<RunStretch, 'fromS' | 'toS'>): number =>
  fromS - Math.min(BASELINE_S.max, Math.max(BASELINE_S.min, toS - fromS));

/** Reads all metrics of the resources, from the baseline to the run's end, once they have come. */
export async function readMetrics(
  reading: Reading,
  inventory: Inventory,
  listed: readonly ListedMetric[] | null,
  stretch: RunStretch,
): Promise<Metrics | NoMetrics> {
  const askedMs = reading.clock.now();
  const signs = inventory.resources.flatMap(signsOfLife);
  const range = await chosenRange(reading, signs, stretch);
  if ('missing' in range) return range;
  const waited = await awaitRun(reading, signs, stretch, range);
  if ('missing' in waited) return waited;
  const queries = inventory.resources.flatMap((resource) => metricsOf(resource, partsIn(listed)));
  const onProgress = (read: number, of: number): void => stretch.onProgress?.(`CloudWatch: ${read} of ${of} series`);
  const data = await readMetricData({ ...reading, onProgress }, queries, range);
  const gaps = [...waited.gaps, ...data.gaps];
  const isThere = data.series.some((series) => reachesInto(series, stretch.fromS, range));
  if (isThere) return { series: data.series, range, gaps };
  const waitedS = (reading.clock.now() - askedMs) / 1000;
  return { missing: whyUnread(data, queries) ?? nothingThere(inventory, waitedS), gaps };
}

export const noMetrics = (trouble: Trouble): NoMetrics => ({ ...missingOf(trouble), gaps: [gapOf('cloudwatch', trouble)] });

async function chosenRange(reading: Reading, signs: readonly MetricQuery[], stretch: RunStretch): Promise<Range | NoMetrics> {
  const [fromS, nowS] = [baselineFromS(stretch), reading.clock.now() / 1000];
  const resolutionS = stretch.resolutionS ?? (await seenResolution(reading, signs, { fromS, toS: stretch.toS }));
  if (typeof resolutionS !== 'number') return noMetrics(resolutionS);
  const periodS = periodFor(fromS, stretch.toS, resolutionS, nowS);
  return periodS === null ? { missing: TOO_OLD, gaps: [] } : rangeOf(fromS, stretch.toS, periodS);
}

const TOO_OLD = 'CloudWatch keeps nothing for longer than 455 days, and the run is older';

/** As long a stretch is looked at to see in what steps metrics come. */
const PROBE_S = 600;

async function seenResolution(
  reading: Reading,
  signs: readonly MetricQuery[],
  { fromS, toS }: Pick<RunStretch, 'fromS' | 'toS'>,
): Promise<number | Trouble> {
  // Nothing finer than minutes is kept by then.
  if (finestKept(fromS, reading.clock.now() / 1000) !== 1) return 60;
  const range = rangeOf(Math.max(fromS, toS - PROBE_S), toS, 1);
  const { series, trouble } = await readMetricData(reading, signs, range);
  if (trouble !== null) return trouble;
  const times = series.flatMap(({ values }) =>
    Array.from(values.entries()).flatMap(([slot, value]) => (Number.isNaN(value) ? [] : [range.startS + slot])),
  );
  return resolutionOf(times);
}

async function awaitRun(
  reading: Reading,
  signs: readonly MetricQuery[],
  { fromS, toS, patience, onProgress }: RunStretch,
  { periodS }: Range,
): Promise<Pick<Metrics, 'gaps'> | NoMetrics> {
  onProgress?.('CloudWatch: waiting until the data of the run have come');
  const settled = await awaitData(reading, signs, rangeOf(fromS, toS, periodS), Math.floor(toS / periodS) * periodS, patience);
  if (typeof settled !== 'string') return noMetrics(settled);
  return { gaps: settled === 'changing' ? [STILL_CHANGING] : [] };
}

const STILL_CHANGING: SourceGap = {
  source: 'cloudwatch',
  reason: 'the data of the last minutes were still changing when the time to wait was over',
  next: 'Read again with `loadkit analyze --aws` in some minutes.',
};

const reachesInto = ({ values }: Series, fromS: number, { startS, periodS }: Range): boolean =>
  values.subarray(Math.max(0, Math.floor((fromS - startS) / periodS))).some((value) => !Number.isNaN(value));

/** Why nothing could be read, where that is so of each series; null where AWS did answer for some, and has nothing. */
function whyUnread({ trouble, gaps }: MetricData, queries: readonly MetricQuery[]): string | null {
  if (trouble !== null) return missingOf(trouble).missing;
  const unread = gaps.flatMap(({ series = [] }) => series);
  const isUnread = ({ node, metric }: MetricQuery): boolean => unread.some((one) => one.node === node && one.metric === metric);
  if (queries.length === 0 || !queries.every(isUnread)) return null;
  return distinctGaps(gaps)
    .map(({ reason, next }) => `${reason}. ${next}`)
    .join(' ');
}

function nothingThere({ region, resources }: Inventory, waitedS: number): string {
  const of = resources.length === 1 ? 'the one resource' : `any of the ${resources.length} resources`;
  return (
    `CloudWatch in ${region} has no datapoint of ${of} in the run's time, after ${Math.round(waitedS)} s of waiting. ` +
    'Check the region (ext.loadkit.aws.region) and the names in ext.loadkit.resources; where the data are only late, `loadkit analyze --aws` reads them'
  );
}
