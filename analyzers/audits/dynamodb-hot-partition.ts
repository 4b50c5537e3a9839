import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { busiestPerS, type Stretch, sinceAt, total } from '../platform-series.ts';
import { type Access, accesses, PARTITION_UNITS, type Part, partsOf } from '../table-capacity.ts';
import { figure, plural } from '../words.ts';

export const dynamodbHotPartition: Audit<PlatformNeed> = {
  id: 'dynamodb-hot-partition',
  question: 'Does one partition take more than its share?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('dynamodb-hot-partition', ['dynamodb'], inputs, (resource, stretch) =>
      partsOf(resource, stretch).flatMap((part) => accesses.flatMap((access) => ofPart(part, access, stretch, inputs) ?? [])),
    ),
};

/** DynamoDB names the cause itself: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling-cloudwatch.html */
function ofPart({ node, index }: Part, access: Access, stretch: Stretch, inputs: Pick<PlatformInputs, 'plan' | 'client'>): Said | null {
  const name = [node, `${access}KeyRangeThroughputThrottleEvents`, 'Sum'] as const;
  const events = total(stretch, name) ?? 0;
  if (events === 0) return null;
  const units = access === 'Read' ? 'RCU/s' : 'WCU/s';
  const key = index === null ? "the table's partition key" : `the partition key of ${index}`;
  return {
    verdict: 'warn',
    severity: 'high',
    title: `A partition of ${node} is hot: ${plural(events, access.toLowerCase())} throttled by one partition's own limit`,
    limiter: { node, resource: 'partition', harm: 'refuses', since: sinceAt(stretch, name, 1) },
    why: `A partition takes ${figure(PARTITION_UNITS[access])} ${access.toLowerCase()} units a second, however much the table has. Items with the same partition key share one.`,
    evidence: [
      { what: `${access}KeyRangeThroughputThrottleEvents`, value: events, limit: 0 },
      {
        what: 'consumed of all partitions in the busiest period',
        value: busiestPerS(stretch, [node, `Consumed${access}CapacityUnits`, 'Sum']),
        unit: units,
      },
      ...began(inputs, sinceAt(stretch, name, 1)),
    ],
    next: `Spread ${key}: append a shard number (0 to 9) and query the shards side by side${access === 'Read' ? ', or keep the hot items in the cache' : ''}. Name the key with CloudWatch Contributor Insights for DynamoDB (most throttled keys). More capacity for the table does not help.`,
    effect: `Ten shards take ten times as much: up to ${figure(10 * PARTITION_UNITS[access])} units/s.`,
  };
}
