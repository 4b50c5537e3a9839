import { type Name, type Stretch, samples, total } from './platform-series.ts';
import { refuseUnread } from './unread-series.ts';

/** DynamoDB's metrics by operation are series of the table, `<metric>:<operation>`. */
const of = (node: string, metric: string, operation: string, stat: string): Name => [node, `${metric}:${operation}`, stat];

export const READS: readonly string[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems'];

/** Instead of reading all of a table and throwing away what was not asked for. */
export const insteadOfScan = (node: string): string =>
  `Give ${node} a global secondary index whose partition key is what the scan filters by, and read it with Query.`;

/** How many calls an operation served, and how long they took together. No datapoint is no call: DynamoDB tells only of what happened. */
export function operationSeries(stretch: Stretch, node: string, operation: string): { count: number; totalMs: number } {
  const counts = new Map(
    samples(stretch, of(node, 'SuccessfulRequestLatency', operation, 'SampleCount')).map(({ timeS, value }) => [timeS, value]),
  );
  let [count, totalMs] = [0, 0];
  for (const { timeS, value } of samples(stretch, of(node, 'SuccessfulRequestLatency', operation, 'Average'))) {
    const calls = counts.get(timeS) ?? 0;
    count += calls;
    totalMs += calls * value;
  }
  return { count, totalMs };
}

/**
 * The operations of a table that there are series of.
 *
 * @throws UnreadSeries where there may be others
 */
export function operationsOf({ file, unread }: Stretch, node: string): string[] {
  refuseUnread(unread, node, 'SuccessfulRequestLatency');
  const prefix = 'SuccessfulRequestLatency:';
  const told = file.series.flatMap(({ node: of, metric }) =>
    of === node && metric.startsWith(prefix) ? [metric.slice(prefix.length)] : [],
  );
  return [...new Set(told)];
}

/** Calls that were refused or failed at DynamoDB, and those that were served; null where nothing was served. */
export function attemptsOf(stretch: Stretch, node: string): { refused: number; failed: number; served: number } | null {
  const served = total(stretch, [node, 'SuccessfulRequestLatency', 'SampleCount']);
  if (served === null) return null;
  const sum = (metric: string): number => total(stretch, [node, metric, 'Sum']) ?? 0;
  return { refused: sum('ThrottledRequests'), failed: sum('SystemErrors'), served };
}
