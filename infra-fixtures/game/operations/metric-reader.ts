import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { traceCalls } from '../aws-client-spans.ts';

/** A series to read, in CloudWatch's words. */
export interface MetricQuery {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: string;
}

export interface Window {
  startMs: number;
  endMs: number;
  periodS: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;
/** 100,800 points a page: more pages than this is no window of ours. */
const PAGES_MAX = 20;
const HTTP = { connectionTimeout: 3000, requestTimeout: 10_000 };

let client: CloudWatchClient | undefined;

const cloudWatch = (): CloudWatchClient => {
  if (client === undefined) {
    client = new CloudWatchClient({ requestHandler: HTTP });
    traceCalls(client, 'CloudWatch');
  }
  return client;
};

/** The last `windowS` seconds before `nowMs`, in whole periods: CloudWatch would round them otherwise. */
export const lastWindow = (nowMs: number, windowS: number, periodS: number): Window => {
  const endMs = Math.floor(nowMs / (periodS * 1000)) * periodS * 1000;
  return { startMs: endMs - Math.max(1, Math.round(windowS / periodS)) * periodS * 1000, endMs, periodS };
};

/** The datapoints of each query, oldest first; a period without one has none, so that no values means that nothing is known. @throws CloudWatch's errors */
export const readMetrics = async (queries: readonly MetricQuery[], window: Window): Promise<number[][]> => {
  const found: number[][] = queries.map(() => []);
  for (let from = 0; from < queries.length; from += QUERIES_MAX) {
    await readPages(queries.slice(from, from + QUERIES_MAX), window, found.slice(from, from + QUERIES_MAX));
  }
  return found;
};

const readPages = async (queries: readonly MetricQuery[], window: Window, found: readonly number[][]): Promise<void> => {
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await cloudWatch().send(
      new GetMetricDataCommand({
        MetricDataQueries: queries.map((query, index) => dataQuery(query, index, window.periodS)),
        StartTime: new Date(window.startMs),
        EndTime: new Date(window.endMs),
        ScanBy: 'TimestampAscending',
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    for (const { Id, Values } of answer.MetricDataResults ?? []) found[Number(Id?.slice(1))]?.push(...(Values ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) return;
  }
};

const dataQuery = ({ namespace, metric, dimensions, statistic }: MetricQuery, index: number, Period: number): MetricDataQuery => ({
  Id: `m${index}`,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period,
    Stat: statistic,
  },
});
