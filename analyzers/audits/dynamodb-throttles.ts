import type { Audit, Evidence, Resource } from '../contract.ts';
import { began, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { busiestPerS, sinceAt, total } from '../platform-series.ts';
import { type Access, type Metered, ofEachPart, type Part, provisionedUnits, TARGET_UTILISATION } from '../table-capacity.ts';
import { figure, plural } from '../words.ts';

export const dynamodbThrottles: Audit<PlatformNeed> = {
  id: 'dynamodb-throttles',
  question: 'Did tables or indexes throttle for want of capacity?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEachPart('dynamodb-throttles', inputs, (of) => ofPart(of, inputs)),
};

function ofPart({ resource, part, access, stretch }: Metered, inputs: PlatformInputs): Said | null {
  const { node } = part;
  const all = total(stretch, [node, `${access}ThrottleEvents`, 'Sum']) ?? 0;
  // A partition at its limit is another question: see dynamodb-hot-partition.
  const ofPartition = total(stretch, [node, `${access}KeyRangeThroughputThrottleEvents`, 'Sum']) ?? 0;
  const events = all - ofPartition;
  if (events <= 0) return null;
  const units = access === 'Read' ? 'RCU' : 'WCU';
  const consumed = busiestPerS(stretch, [node, `Consumed${access}CapacityUnits`, 'Sum']);
  const throttledPerS = busiestPerS(stretch, [node, `${access}ThrottleEvents`, 'Sum']) ?? 0;
  const provisioned = provisionedUnits(resource, part, access, stretch);
  // A unit for each refused attempt: that is enough, since calls are tried again, and eventually consistent reads take half of one.
  const needed = (consumed ?? 0) + throttledPerS;
  const since = sinceAt(stretch, [node, `${access}ThrottleEvents`, 'Sum'], 1);
  const evidence: Evidence[] = [
    { what: `${access}ThrottleEvents`, value: events, limit: 0 },
    { what: 'consumed in the busiest period', value: consumed, unit: `${units}/s`, ...(provisioned !== null && { limit: provisioned }) },
    { what: 'refused in the busiest period', value: throttledPerS, unit: 'events/s' },
    ...began(inputs, since),
  ];
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} throttled ${plural(events, access.toLowerCase())}${provisioned === null ? '' : ` at ${figure(provisioned)} provisioned ${units}`}`,
    limiter: { node, resource: 'provisioned-capacity', harm: 'refuses', since },
    why: 'The SDK tries again after a pause, so that throttling shows first as latency, and as errors once its attempts are used up. A throttled index throttles the writes of its table.',
    evidence,
    next: adviceOn(resource, part, access, { provisioned, needed }),
    effect: `${access}s are served at the first attempt: latency falls by the pauses between attempts (25 ms and more each).`,
  };
}

function adviceOn(
  { limits }: Resource,
  { node }: Part,
  access: Access,
  { provisioned, needed }: { provisioned: number | null; needed: number },
): string {
  const units = access === 'Read' ? 'read' : 'write';
  if (limits.billing === 'on-demand') {
    return `Raise the maximum on-demand ${units} throughput of ${node} where one is set, else the account's quota for a table (40,000 units/s by default); before a known rush, set its warm throughput.`;
  }
  const value = Math.max(Math.ceil(needed / TARGET_UTILISATION), (provisioned ?? 0) + 1);
  const unread =
    limits.billing === undefined || limits.billing === null ? ' Its billing mode could not be read (dynamodb:DescribeTable).' : '';
  return `Provision ${figure(value)} ${units} units for ${node}${provisioned === null ? '' : ` (now ${figure(provisioned)})`}, with auto scaling at ${figure(100 * TARGET_UTILISATION)} %, or switch it to on-demand. Refused attempts are counted as a unit each, those tried again among them, so that fewer may do.${unread}`;
}
