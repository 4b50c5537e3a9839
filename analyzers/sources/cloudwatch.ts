import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { SourceGap } from '../contract.ts';
import type { Clock } from './clock.ts';
import type { MetricQuery } from './metrics-of.ts';
import type { Range } from './period.ts';
import { gapOf, isForAction, type Trouble, troubleOf } from './trouble.ts';

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

/**
 * Reads all queries over a range, in batches. What fails is left out with its reason, and the rest stands; only what would fail for all ends the reading.
 */
export async function readMetricData(reading: Reading, queries: readonly MetricQuery[], range: Range): Promise<MetricData> {
  const gaps: SourceGap[] = [];
  const series: Series[] = [];
  for (let at = 0; at < queries.length; at += QUERIES_MAX) {
    if (reading.signal?.aborted) return { series, gaps, trouble: troubleOf(ABORTED, ACTION) };
    const batch = queries.slice(at, at + QUERIES_MAX).map((query) => newPart(query, range));
    const trouble = await readBatch(reading, batch, range, gaps);
    // What came before the failure is true, and stays.
    series.push(...batch.filter(({ any }) => any));
    if (trouble !== null) {
      gaps.push(gapOf('cloudwatch', { ...trouble, reason: `${trouble.reason}, for ${batch.length} of ${queries.length} series` }));
      if (isForAction(trouble)) return { series, gaps, trouble };
    }
    reading.onProgress?.(Math.min(queries.length, at + QUERIES_MAX), queries.length);
  }
  return { series, gaps, trouble: null };
}

const ABORTED = { name: 'AbortError', message: '' };

interface Part extends Series {
  any: boolean;
  status: Status;
}
type Status = 'Complete' | 'PartialData' | 'Forbidden' | 'InternalError';

const newPart = (query: MetricQuery, { startS, endS, periodS }: Range): Part => ({
  query,
  values: new Float64Array(Math.round((endS - startS) / periodS)).fill(Number.NaN),
  any: false,
  status: 'Complete',
});

/** A batch with all its pages, and once more what remains partial. */
async function readBatch(reading: Reading, batch: readonly Part[], range: Range, gaps: SourceGap[]): Promise<Trouble | null> {
  let open = batch;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const trouble = await readPages(reading, open, range, gaps);
    if (trouble !== null) return trouble;
    open = open.filter(({ status }) => status === 'PartialData' || status === 'InternalError');
    if (attempt === PARTIAL_ATTEMPTS_MAX) break;
    if (open.length > 0) await reading.clock.sleep(PARTIAL_WAIT_MS * attempt, reading.signal);
  }
  tellUnread(batch, gaps);
  return null;
}

async function readPages(
  { cloudwatch, signal }: Reading,
  parts: readonly Part[],
  range: Range,
  gaps: SourceGap[],
): Promise<Trouble | null> {
  const input = inputOf(parts, range);
  const seen = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    let output: GetMetricDataCommandOutput;
    try {
      output = await cloudwatch.send(new GetMetricDataCommand({ ...input, NextToken: token }), signal ? { abortSignal: signal } : {});
    } catch (error) {
      return troubleOf(error, ACTION);
    }
    take(output, parts, range);
    token = output.NextToken;
    if (token === undefined) return null;
    if (seen.has(token)) break;
    seen.add(token);
  }
  // A page that leads to itself would never end, and what it gave so far is all that can be had.
  gaps.push({
    source: 'cloudwatch',
    reason: `${ACTION}: the pages lead in a circle, so that some of the ${parts.length} series of a batch may end early`,
    next: 'Try again with `loadkit analyze --aws`.',
  });
  return null;
}

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

const UNREAD: Readonly<Record<Exclude<Status, 'Complete'>, { reason: string; next: string }>> = {
  Forbidden: {
    reason: 'access to the metric is forbidden',
    next: `Allow the IAM action ${ACTION} for the account that the metric is of (cross-account observability), or leave the resource out.`,
  },
  PartialData: {
    reason: 'only a part of the datapoints came, also after several attempts',
    next: 'Read again with `loadkit analyze --aws` in some minutes.',
  },
  InternalError: { reason: 'CloudWatch failed on it', next: 'Read again with `loadkit analyze --aws` in some minutes.' },
};

function tellUnread(batch: readonly Part[], gaps: SourceGap[]): void {
  for (const status of ['Forbidden', 'PartialData', 'InternalError'] as const) {
    const metrics = [...new Set(batch.filter((part) => part.status === status).map(({ query }) => `${query.node}/${query.metric}`))];
    if (metrics.length === 0) continue;
    const { reason, next } = UNREAD[status];
    gaps.push({ source: 'cloudwatch', reason: `${ACTION}: ${reason}, for ${shortList(metrics)}`, next });
  }
}

/** Guess: who reads a report wants to know what kind of thing is missing, not each. */
const NAMED_MAX = 4;
const shortList = (names: readonly string[]): string => {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
