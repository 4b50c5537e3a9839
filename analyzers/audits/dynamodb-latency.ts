import type { Audit, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { operationSeries, operationsOf, READS } from '../table-operations.ts';
import { figure } from '../words.ts';

/** DynamoDB is made for single-digit milliseconds (https://aws.amazon.com/dynamodb/features/): this is ten times that. Guess: tune. */
const MEAN_MS_MAX = 100;
/** Calls without which a mean says little. Guess: tune. */
const CALLS_MIN = 20;
/** Consumed by one call on the average: a large item or a long list takes time to send. Guess: tune. */
const LARGE_UNITS = 4;

export const dynamodbLatency: Audit<PlatformNeed> = {
  id: 'dynamodb-latency',
  question: 'Do tables answer as fast as DynamoDB should?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('dynamodb-latency', ['dynamodb'], inputs, (resource, stretch) => ofTable(resource, stretch, inputs)),
};

/** By operation, since a scan takes long by its nature, and has an audit of its own. */
function ofTable({ node }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const slow = operationsOf(stretch, node)
    .filter((operation) => operation !== 'Scan')
    .map((operation) => ({ operation, ...operationSeries(stretch, node, operation) }))
    .filter(({ count, totalMs }) => count >= CALLS_MIN && totalMs / count > MEAN_MS_MAX)
    .toSorted((a, b) => b.totalMs - a.totalMs);
  const [worst] = slow;
  if (worst === undefined) return [];
  const name: Name = [node, `SuccessfulRequestLatency:${worst.operation}`, 'Average'];
  const units =
    (total(stretch, [node, 'ConsumedReadCapacityUnits', 'Sum']) ?? 0) /
    (total(stretch, [node, 'SuccessfulRequestLatency', 'SampleCount']) ?? worst.count);
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} takes ${figure(worst.totalMs / worst.count)} ms for ${worst.operation} in the mean, where DynamoDB is made for less than 10 ms`,
    why: 'This is the time within DynamoDB, without the network and without retries: no change to the functions makes it shorter, but fewer calls and less data do.',
    evidence: [
      ...slow.map(({ operation, count, totalMs }) => ({
        what: `${operation}, mean`,
        value: totalMs / count,
        limit: MEAN_MS_MAX,
        unit: 'ms',
      })),
      { what: 'calls', value: slow.reduce((sum, { count }) => sum + count, 0) },
      { what: 'read units of a call, mean', value: units, unit: 'RCU' },
      ...began(inputs, sinceAt(stretch, name, MEAN_MS_MAX)),
    ],
    next: adviceOn(node, worst.operation, units),
    effect: `Each request that reads it gets faster by up to ${figure(worst.totalMs / worst.count)} ms a call.`,
  };
}

function adviceOn(node: string, operation: string, units: number): string {
  if (READS.includes(operation) && units >= LARGE_UNITS) {
    return `Read less of ${node}: a call takes ${figure(units)} units (4 KB each). Split large items, project only what is needed into an index, set a Limit and page.`;
  }
  const fewer = READS.includes(operation)
    ? `Keep the hottest reads of ${node} in the cache (or DAX)`
    : `Write less often to ${node}: gather writes, and drop indexes that nobody reads`;
  return `${fewer}. Where small calls stay this slow, open a case with AWS: nothing of yours is in this time.`;
}
