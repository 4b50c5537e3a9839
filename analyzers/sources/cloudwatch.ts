import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { SourceGap } from '../contract.ts';
import type { Clock } from './clock.ts';
import { type MetricQuery, partMetric } from './metrics-of.ts';
import { eachPage, shortage } from './pages.ts';
import type { Range } from './period.ts';
import { gapOf, isForAction, isTrouble, oneLine, type Trouble, troubleOf } from './trouble.ts';

/** What is used of the client, so that a test can stand in for it. */
export type CloudWatch = Pick<CloudWatchClient, 'send'>;

export interface Reading {
  cloudwatch: CloudWatch;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Series that are read, of how many. */
  onProgress?: ((read: number, of: number) => void) | undefined;
}

export interface Series {
  query: MetricQuery;
  /** One for each period of the range; NaN where there is no datapoint. */
  values: Float64Array;
}

export interface MetricData {
  series: Series[];
  gaps: SourceGap[];
  /** What ended the reading before its end, if anything did. */
  trouble: Trouble | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;
const ACTION = 'cloudwatch:GetMetricData';
/** A page holds 100,800 datapoints. Guess: no range of ours takes more pages for 500 queries of at most 3,600 points than 18. */
const PAGES_MAX = 200;
/** How often what came as partial without a further page is asked for again. Guess: tune. */
const PARTIAL_ATTEMPTS_MAX = 5;
const PARTIAL_WAIT_MS = 500;
/** A connection that is reset is chance; after so many batches in a row, each with the SDK's own attempts, there is none. Guess: tune. */
const UNCONNECTED_MAX = 2;

/**
 * Reads all queries over a range, in batches. What fails is left out with its reason and its series, and the rest stands; only what would fail for all
 * ends the reading.
 */
export async function readMetricData(reading: Reading, queries: readonly MetricQuery[], range: Range): Promise<MetricData> {
  const gaps: SourceGap[] = [];
  const series: Series[] = [];
  // Whoever asks for one batch has no other by which to tell.
  const unconnectedMax = Math.min(UNCONNECTED_MAX, Math.ceil(queries.length / QUERIES_MAX));
  let unconnected = 0;
  for (let at = 0; at < queries.length; at += QUERIES_MAX) {
    const batch = queries.slice(at, at + QUERIES_MAX).map((query) => newPart(query, range));
    const trouble = await readBatch(reading, batch, range, gaps);
    // What came before the failure is true, and stays.
    series.push(...batch.filter(({ any }) => any));
    unconnected = trouble?.kind === 'network' ? unconnected + 1 : 0;
    const broken = trouble === null ? [] : batch.filter(isOpen);
    gaps.push(...unreadOf(batch.filter((part) => !broken.includes(part))));
    if (trouble !== null) {
      const ends = trouble.kind === 'network' ? unconnected >= unconnectedMax : isForAction(trouble);
      const unasked = ends ? queries.slice(at + QUERIES_MAX).map((query) => ({ query })) : [];
      gaps.push(lost(trouble, [...broken, ...unasked], queries.length));
      if (ends) return { series, gaps, trouble };
    }
    reading.onProgress?.(Math.min(queries.length, at + QUERIES_MAX), queries.length);
  }
  return { series, gaps, trouble: null };
}

const lost = (trouble: Trouble, parts: readonly Pick<Series, 'query'>[], of: number): SourceGap => ({
  ...gapOf('cloudwatch', { ...trouble, reason: `${trouble.reason}, for ${parts.length} of ${of} series` }),
  series: namesOf(parts),
});

const ABORTED = { name: 'AbortError', message: '' };

interface Part extends Series {
  any: boolean;
  status: Status;
}
/** `Unanswered`: no answer named it. */
type Status = 'Complete' | 'PartialData' | 'Forbidden' | 'InternalError' | 'Unanswered';

const newPart = (query: MetricQuery, { startS, endS, periodS }: Range): Part => ({
  query,
  values: new Float64Array(Math.round((endS - startS) / periodS)).fill(Number.NaN),
  any: false,
  status: 'Unanswered',
});

/** More of it may come. */
const isOpen = ({ status }: Part): boolean => status !== 'Complete' && status !== 'Forbidden';

/** A batch with all its pages, and once more what remains partial. */
async function readBatch(reading: Reading, batch: readonly Part[], range: Range, gaps: SourceGap[]): Promise<Trouble | null> {
  let open = batch;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const trouble = reading.signal?.aborted ? troubleOf(ABORTED, ACTION) : await readPages(reading, open, range, gaps);
    if (trouble !== null) return trouble;
    open = open.filter(isOpen);
    if (attempt === PARTIAL_ATTEMPTS_MAX) break;
    if (open.length > 0) await reading.clock.sleep(PARTIAL_WAIT_MS * attempt, reading.signal);
  }
  return null;
}

async function readPages(
  { cloudwatch, signal }: Reading,
  parts: readonly Part[],
  range: Range,
  gaps: SourceGap[],
): Promise<Trouble | null> {
  const input = inputOf(parts, range);
  const paged = await eachPage(async (NextToken) => {
    let output: GetMetricDataCommandOutput;
    try {
      output = await cloudwatch.send(new GetMetricDataCommand({ ...input, NextToken }), signal ? { abortSignal: signal } : {});
    } catch (error) {
      return troubleOf(error, ACTION);
    }
    take(output, parts, range);
    gaps.push(...messagesOf(output));
    return output.NextToken;
  }, PAGES_MAX);
  if (isTrouble(paged)) return paged;
  const short = shortage(ACTION, paged);
  // Each of them may end early, whatever its status says.
  if (short !== null) gaps.push({ ...gapOf('cloudwatch', short), series: namesOf(parts) });
  return null;
}

/** What AWS says of a whole answer, and not of one series. */
const messagesOf = ({ Messages = [] }: GetMetricDataCommandOutput): SourceGap[] =>
  Messages.map(({ Code = '', Value = '' }) => ({
    source: 'cloudwatch',
    reason: `${ACTION}: ${oneLine(`${Code}: ${Value}`)}`,
    next: 'Name fewer resources in ext.loadkit.resources, or read again with `loadkit analyze --aws`.',
  }));

const inputOf = (parts: readonly Part[], { startS, endS, periodS }: Range) => ({
  StartTime: new Date(startS * 1000),
  EndTime: new Date(endS * 1000),
  ScanBy: 'TimestampAscending' as const,
  MetricDataQueries: parts.map(
    ({ query: { namespace, metric, dimensions, stat } }, index): MetricDataQuery => ({
      Id: `q${index}`,
      MetricStat: {
        Metric: {
          Namespace: namespace,
          MetricName: metric,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: periodS,
        Stat: stat,
      },
    }),
  ),
});

function take({ MetricDataResults = [] }: GetMetricDataCommandOutput, parts: readonly Part[], { startS, periodS }: Range): void {
  for (const { Id = '', Timestamps = [], Values = [], StatusCode } of MetricDataResults) {
    const part = parts[Number(Id.slice(1))];
    if (part === undefined) continue;
    part.status = (StatusCode ?? 'Complete') as Status;
    for (const [k, time] of Timestamps.entries()) {
      const slot = Math.floor((time.getTime() / 1000 - startS) / periodS);
      const value = Values[k];
      if (value === undefined || !Number.isFinite(value) || slot < 0 || slot >= part.values.length) continue;
      part.values[slot] = value;
      part.any = true;
    }
  }
}

const READ_AGAIN = 'Read again with `loadkit analyze --aws` in some minutes.';
const UNREAD: Readonly<Record<Exclude<Status, 'Complete'>, { reason: string; next: string }>> = {
  Forbidden: {
    reason: 'access to the metric is forbidden',
    next: `Allow the IAM action ${ACTION} for the account that the metric is of (cross-account observability), or leave the resource out.`,
  },
  PartialData: { reason: 'only a part of the datapoints came, also after several attempts', next: READ_AGAIN },
  InternalError: { reason: 'CloudWatch failed on it', next: READ_AGAIN },
  Unanswered: { reason: 'the answers left it out', next: READ_AGAIN },
};

const unreadOf = (parts: readonly Part[]): SourceGap[] =>
  (['Forbidden', 'PartialData', 'InternalError', 'Unanswered'] as const).flatMap((status) => {
    const series = namesOf(parts.filter((part) => part.status === status));
    if (series.length === 0) return [];
    const { reason, next } = UNREAD[status];
    const shown = shortList(series.map(({ node, metric }) => `${node}/${metric}`));
    return [{ source: 'cloudwatch', reason: `${ACTION}: ${reason}, for ${shown}`, next, series }];
  });

/** As the telemetry file calls them, each once: a part of a node's metric by itself, and the whole that lacks it. */
function namesOf(parts: readonly Pick<Series, 'query'>[]): UnreadSeries[] {
  const names = parts.flatMap(({ query: { node, metric, part } }) => [
    ...(part === undefined ? [] : [{ node, metric: partMetric(metric, part) }]),
    { node, metric },
  ]);
  return [...new Map(names.map((name) => [JSON.stringify(name), name])).values()];
}
type UnreadSeries = NonNullable<SourceGap['series']>[number];

/** Guess: who reads a report wants to know what kind of thing is missing, not each. */
const NAMED_MAX = 4;
const shortList = (names: readonly string[]): string => {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
