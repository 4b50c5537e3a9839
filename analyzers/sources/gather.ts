import { type Alarms, type Inventory, isMissing, type Missing, type Resource, type SourceGap, type Traces } from '../contract.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { readAlarms } from './alarms.ts';
import type { AwsClients } from './clients.ts';
import { aheadOf, type Clock } from './clock.ts';
import { clockWords, isClockOff, SET_CLOCK } from './clock-watch.ts';
import { type Reading, readMetricData, type Series } from './cloudwatch.ts';
import { awaitData, type Patience } from './convergence.ts';
import { edgesBetween } from './inventory/edges.ts';
import { type Found, findResources, type Wanted } from './inventory/find.ts';
import { partsIn } from './inventory/listed.ts';
import { indexNode, type MetricQuery, metricsOf, signsOfLife } from './metrics-of.ts';
import { finestKept, periodFor, type Range, rangeOf, resolutionOf } from './period.ts';
import { telemetryOf } from './telemetry-of.ts';
import { distinctGaps, gapOf, type Trouble, troubleOf } from './trouble.ts';
import type { TracesRead } from './xray/read-traces.ts';

/** What AWS is asked, and how long for. */
export interface Question {
  clients: AwsClients;
  clock: Clock;
  /** Ends the asking; what has come by then is kept. */
  signal?: AbortSignal | undefined;
  wanted: Wanted;
  /** The run, epoch seconds of this machine's clock. */
  fromS: number;
  toS: number;
  patience: Patience;
  /** The period in which the metrics come, where it is known. Left out: it is seen from the data. */
  resolutionS?: number | undefined;
  /** How things stand, in one line. */
  onProgress?: ((text: string) => void) | undefined;
  /** Reads the run's traces, once it is known what there is, and how far AWS's clock is ahead. Left out: nobody asks for them. */
  readTraces?: ((inventory: Inventory, aheadS: number) => Promise<TracesRead>) | undefined;
}

/** Each as it goes to disk. */
export interface Gathered {
  inventory: Inventory | Missing;
  platform: TelemetryFile | Missing;
  alarms: Alarms | Missing;
  traces?: Traces | Missing;
}

/** A stretch before the run, to compare with: as long as the run, within these bounds. Guess: tune. */
const BASELINE_S = { min: 300, max: 1800 };
const RECENT_S = 3 * 3600;
/** An alarm of the run goes off when its periods have been evaluated, minutes later; what goes off after that is of something else. Guess: tune. */
const ALARMS_AFTER_S = 900;
/** As long a stretch is looked at to see in what steps metrics come. */
const PROBE_S = 600;

/**
 * Asks CloudWatch and the services for all that they say of a run, in its time by AWS's clock, and gives it by this machine's, as the client's data are.
 * Never throws for what AWS does: it is missing then, with its reason.
 */
export async function gather(question: Question): Promise<Gathered> {
  const { clients, clock, signal, onProgress } = question;
  const reading: Reading = { cloudwatch: clients.cloudwatch, clock, signal };
  let region: string;
  try {
    region = await clients.region();
  } catch (error) {
    return allMissing(missingOf(troubleOf(error, 'cloudwatch:ListMetrics')));
  }
  onProgress?.('AWS: finding the resources');
  const nowS = clock.now() / 1000;
  const found = await findResources(reading, question.wanted, region, nowS - question.fromS < RECENT_S);
  if (isMissing(found.inventory)) return allMissing(found.inventory);
  const known = await withLimits(found.inventory, question);

  const aheadS = clockAheadS(clients);
  const byAws = { ...question, clock: aheadOf(clock, aheadS), fromS: question.fromS + aheadS, toS: question.toS + aheadS };
  const metrics =
    found.none === null
      ? await readMetrics({ ...reading, clock: byAws.clock }, known, found, byAws)
      : noMetrics(found.none.missing, [], byAws);
  const used = found.guessed && metrics.told !== null ? onlyTold(known, metrics) : known;
  onProgress?.('CloudWatch: alarms');
  const untilS = Math.min(byAws.clock.now() / 1000, byAws.toS + ALARMS_AFTER_S);
  const { alarms, gaps } = await readAlarms(reading, used.resources, metrics.fromS, untilS);
  const traced = await question.readTraces?.(used, aheadS);
  const inventory = {
    ...used,
    edges: edgesBetween(used.resources, [...used.edges, ...(traced?.edges ?? [])]),
    gaps: distinctGaps([...clockGaps(aheadS), ...used.gaps, ...metrics.gaps, ...gaps, ...(traced?.gaps ?? [])]),
  };
  return {
    inventory,
    platform:
      metrics.platform === null
        ? { missing: metrics.missing }
        : telemetryOf(metrics.platform.series, inventory, movedBy(-aheadS, metrics.platform.range)),
    alarms: isMissing(alarms) ? alarms : alarmsMovedBy(-aheadS, alarms),
    ...(traced === undefined ? {} : { traces: traced.traces }),
  };
}

/** Whole, so that periods stay whole seconds. */
function clockAheadS(clients: AwsClients): number {
  const aheadMs = clients.clockAheadMs() ?? 0;
  return isClockOff(aheadMs) ? Math.round(aheadMs / 1000) : 0;
}

const clockGaps = (aheadS: number): SourceGap[] =>
  aheadS === 0
    ? []
    : [
        {
          source: 'cloudwatch',
          reason: `${clockWords(aheadS)}: the run's time was looked up by AWS's clock, and what it says is told by this machine's`,
          next: SET_CLOCK,
        },
      ];

const movedBy = (byS: number, { startS, endS, periodS }: Range): Range => ({ startS: startS + byS, endS: endS + byS, periodS });

const alarmsMovedBy = (byS: number, { alarms, ...rest }: Alarms): Alarms => ({
  ...rest,
  alarms: alarms.map((alarm) => ({ ...alarm, changes: alarm.changes.map((change) => ({ ...change, atS: change.atS + byS })) })),
});

const missingOf = ({ reason, next }: Trouble): Missing => ({ missing: `${reason}. ${next}` });
const allMissing = (missing: Missing): Gathered => ({ inventory: missing, platform: missing, alarms: missing });

/** The readers bring AWS's other clients with them, so they are loaded only for somebody whose limits aren't known. */
async function withLimits(inventory: Inventory, { clients, signal, onProgress }: Question): Promise<Inventory> {
  if (inventory.resources.every(({ limits }) => Object.keys(limits).length > 0)) return inventory;
  const { readLimits } = await import('./inventory/limits.ts');
  return readLimits(inventory, clients, {
    signal,
    onProgress: (read, of) => onProgress?.(`AWS: limits and settings, ${read} of ${of} resources`),
  });
}

interface Metrics {
  platform: { series: Series[]; range: Range } | null;
  /** Why there is nothing; empty where there is something. */
  missing: string;
  gaps: SourceGap[];
  /** The nodes that have any datapoint; null where that is not known. */
  told: ReadonlySet<string> | null;
  /** Where the baseline begins. */
  fromS: number;
}

const baselineFromS = ({ fromS, toS }: Question): number => fromS - Math.min(BASELINE_S.max, Math.max(BASELINE_S.min, toS - fromS));

const noMetrics = (missing: string, gaps: SourceGap[], question: Question): Metrics => ({
  platform: null,
  missing,
  gaps,
  told: null,
  fromS: baselineFromS(question),
});

async function readMetrics(reading: Reading, inventory: Inventory, { listed }: Found, question: Question): Promise<Metrics> {
  const { fromS, toS, onProgress } = question;
  const startS = baselineFromS(question);
  const nothing = (missing: string, gaps: SourceGap[] = []): Metrics => noMetrics(missing, gaps, question);
  const signs = inventory.resources.flatMap(signsOfLife);
  const periodS = await chosenPeriod(reading, signs, question, startS);
  if (periodS === null) return nothing('CloudWatch keeps nothing for longer than 455 days, and the run is older');
  if (typeof periodS !== 'number') return nothing(missingOf(periodS).missing, [gapOf('cloudwatch', periodS)]);
  const range = rangeOf(startS, toS, periodS);

  onProgress?.('CloudWatch: waiting until the data of the run have come');
  const settled = await awaitData(reading, signs, rangeOf(fromS, toS, periodS), Math.floor(toS / periodS) * periodS, question.patience);
  if (typeof settled !== 'string') return nothing(missingOf(settled).missing, [gapOf('cloudwatch', settled)]);
  const gaps: SourceGap[] = settled === 'changing' ? [STILL_CHANGING] : [];

  const queries = inventory.resources.flatMap((resource) => metricsOf(resource, partsIn(listed)));
  const onSeries = (read: number, of: number): void => onProgress?.(`CloudWatch: ${read} of ${of} series`);
  const data = await readMetricData({ ...reading, onProgress: onSeries }, queries, range);
  gaps.push(...data.gaps);
  if (!data.series.some((series) => reachesInto(series, fromS, range))) {
    if (data.trouble !== null) return nothing(missingOf(data.trouble).missing, gaps);
    return nothing(noData(inventory, question.patience), gaps);
  }
  return {
    platform: { series: data.series, range },
    missing: '',
    gaps,
    told: new Set(data.series.map(({ query }) => query.node)),
    fromS: range.startS,
  };
}

const STILL_CHANGING: SourceGap = {
  source: 'cloudwatch',
  reason: 'the data of the last minutes were still changing when the time to wait was over',
  next: 'Read again with `loadkit analyze --aws` in some minutes.',
};

const noData = ({ region, resources }: Inventory, { waitMsMax }: Patience): string =>
  `CloudWatch in ${region} has no datapoint of ${resources.length === 1 ? 'the one resource' : `any of the ${resources.length} resources`} in the run's time, after ${Math.round(waitMsMax / 1000)} s of waiting. ` +
  'Check the region (ext.loadkit.aws.region) and the names in ext.loadkit.resources; where the data are only late, `loadkit analyze --aws` reads them';

const reachesInto = ({ values }: Series, fromS: number, { startS, periodS }: Range): boolean =>
  values.subarray(Math.max(0, Math.floor((fromS - startS) / periodS))).some((value) => !Number.isNaN(value));

/** Null: nothing is kept of that time. */
async function chosenPeriod(
  reading: Reading,
  signs: readonly MetricQuery[],
  { toS, clock, resolutionS }: Question,
  fromS: number,
): Promise<number | null | Trouble> {
  const nowS = clock.now() / 1000;
  if (resolutionS !== undefined) return periodFor(fromS, toS, resolutionS, nowS);
  if (finestKept(fromS, nowS) !== 1) return periodFor(fromS, toS, 60, nowS);
  const range = rangeOf(Math.max(fromS, toS - PROBE_S), toS, 1);
  const { series, trouble } = await readMetricData(reading, signs, range);
  if (trouble !== null) return trouble;
  const times = series.flatMap(({ values }) =>
    Array.from(values.entries()).flatMap(([slot, value]) => (Number.isNaN(value) ? [] : [range.startS + slot])),
  );
  return periodFor(fromS, toS, resolutionOf(times), nowS);
}

/** Of resources that nobody named, those that did anything, or may have: not all of theirs was read. */
const onlyTold = (inventory: Inventory, { told, gaps }: Pick<Metrics, 'told' | 'gaps'>): Inventory => {
  const unread = gaps.flatMap(({ series = [] }) => series.map(({ node }) => node));
  const active = new Set([...(told ?? []), ...unread]);
  const isActive = ({ node, indexes = [] }: Resource): boolean =>
    active.has(node) || indexes.some(({ name }) => active.has(indexNode(node, name)));
  return { ...inventory, resources: inventory.resources.filter(isActive) };
};
