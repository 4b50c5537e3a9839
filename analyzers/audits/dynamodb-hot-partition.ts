import type { Audit } from '../contract.ts';
import { began, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { busiestPerS, sinceAt, total } from '../platform-series.ts';
import { type Metered, ofEachPart, PARTITION_UNITS } from '../table-capacity.ts';
import { ifRead } from '../unread-series.ts';
import { figure, plural } from '../words.ts';

export const dynamodbHotPartition: Audit<PlatformNeed> = {
  id: 'dynamodb-hot-partition',
  question: 'Does one partition take more than its share?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEachPart('dynamodb-hot-partition', inputs, (of) => ofPart(of, inputs)),
};

/** DynamoDB names the cause itself: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling-cloudwatch.html */
function ofPart({ part: { node, index }, access, stretch }: Metered, inputs: PlatformInputs): Said | null {
  const name = [node, `${access}KeyRangeThroughputThrottleEvents`, 'Sum'] as const;
  const events = total(stretch, name) ?? 0;
  if (events === 0) return null;
  const since = sinceAt(stretch, name, 1);
  const units = access === 'Read' ? 'RCU/s' : 'WCU/s';
  const key = index === null ? "the table's partition key" : `the partition key of ${index}`;
  return {
    verdict: 'warn',
    severity: 'high',
    title: `A partition of ${node} is hot: ${plural(events, access.toLowerCase())} throttled by one partition's own limit`,
    limiter: { node, resource: 'partition', harm: 'refuses', since },
    why: `A partition takes ${figure(PARTITION_UNITS[access])} ${access.toLowerCase()} units a second, however much the table has. Items with the same partition key share one.`,
    evidence: [
      { what: `${access}KeyRangeThroughputThrottleEvents`, value: events, limit: 0 },
      {
        what: 'consumed of all partitions in the busiest period',
        value: ifRead(() => busiestPerS(stretch, [node, `Consumed${access}CapacityUnits`, 'Sum'])),
        unit: units,
      },
      ...began(inputs, since),
    ],
    next: `Spread ${key}: append a shard number (0 to 9) and query the shards side by side${access === 'Read' ? ', or keep the hot items in the cache' : ''}. Name the key with CloudWatch Contributor Insights for DynamoDB (most throttled keys). More capacity for the table does not help.`,
    effect: `Ten shards take ten times as much: up to ${figure(10 * PARTITION_UNITS[access])} units/s.`,
  };
}
