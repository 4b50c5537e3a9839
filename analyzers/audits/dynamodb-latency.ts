import type { Audit, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { type Name, type Stretch, samples, sinceAt, total } from '../platform-series.ts';
import { operationsOf, READS } from '../table-operations.ts';
import { figure } from '../words.ts';

/** DynamoDB is made for single-digit milliseconds (https://aws.amazon.com/dynamodb/features/): this is five times that. Guess: tune. */
const MEDIAN_MS_MAX = 50;
/** Calls without which this says little. Guess: tune. */
const CALLS_MIN = 20;
/** A table is slow where most calls meet it slow: a stall of some periods, however long, is something else. */
const SHARE_MIN = 0.5;
/** Consumed by one call on the average: a large item or a long list takes time to send. Guess: tune. */
const LARGE_UNITS = 4;

export const dynamodbLatency: Audit<PlatformNeed> = {
  id: 'dynamodb-latency',
  question: 'Do tables answer as fast as DynamoDB should?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('dynamodb-latency', ['dynamodb'], inputs, (resource, stretch) => ofTable(resource, stretch, inputs)),
};

interface Slow {
  operation: string;
  calls: number;
  /** Share of the calls in periods whose median is over the limit, and the least of those medians. */
  share: number;
  medianMs: number;
}

/** By operation, since a scan takes long by its nature, and has an audit of its own. */
function ofTable({ node }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const slow = operationsOf(stretch, node)
    .filter((operation) => operation !== 'Scan')
    .flatMap((operation) => slownessOf(node, operation, stretch) ?? [])
    .toSorted((a, b) => b.medianMs * b.calls - a.medianMs * a.calls);
  const [worst] = slow;
  if (worst === undefined) return [];
  const since = sinceAt(stretch, medianOf(node, worst.operation), MEDIAN_MS_MAX);
  const calls = total(stretch, [node, 'SuccessfulRequestLatency', 'SampleCount']) ?? worst.calls;
  const units = (total(stretch, [node, 'ConsumedReadCapacityUnits', 'Sum']) ?? 0) / calls;
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} takes ${figure(worst.medianMs)} ms or more for half of its ${worst.operation} calls, where DynamoDB is made for less than 10 ms`,
    limiter: { node, resource: 'latency', harm: 'slow', since },
    why: 'This is the time within DynamoDB, without the network and without retries: no change to the functions makes it shorter, but fewer calls and less data do.',
    evidence: [
      ...slow.map(({ operation, medianMs }) => ({
        what: `${operation}, median of its slow periods, the least`,
        value: medianMs,
        limit: MEDIAN_MS_MAX,
        unit: 'ms',
      })),
      { what: `share of the ${worst.operation} calls in slow periods`, value: worst.share, unit: 'ratio' },
      { what: 'calls', value: slow.reduce((sum, each) => sum + each.calls, 0) },
      { what: 'read units of a call, mean', value: units, unit: 'RCU' },
      ...began(inputs, since),
    ],
    next: adviceOn(node, worst.operation, units),
    effect: `Each request gets faster by up to ${figure(worst.medianMs)} ms for each such call that it makes.`,
  };
}

const medianOf = (node: string, operation: string): Name => [node, `SuccessfulRequestLatency:${operation}`, 'p50'];

function slownessOf(node: string, operation: string, stretch: Stretch): Slow | null {
  const counts = new Map(
    samples(stretch, [node, `SuccessfulRequestLatency:${operation}`, 'SampleCount']).map(({ timeS, value }) => [timeS, value]),
  );
  const calls = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const slow = samples(stretch, medianOf(node, operation)).filter(({ value }) => value >= MEDIAN_MS_MAX);
  const share = slow.reduce((sum, { timeS }) => sum + (counts.get(timeS) ?? 0), 0) / calls;
  if (calls < CALLS_MIN || share < SHARE_MIN) return null;
  return { operation, calls, share, medianMs: Math.min(...slow.map(({ value }) => value)) };
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
