import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import type { DynamodbUsage } from '../models/cost/index.ts';
import { wholeUp } from '../models/whole-up.ts';
import { busiestPerS, perSecond, total } from '../platform-series.ts';
import { type Access, accesses, CAPACITY_NEAR, type Part, partsOf, provisionedUnits, TARGET_UTILISATION } from '../table-capacity.ts';
import { figure, percent } from '../words.ts';
import { type Pricing, SECONDS_PER_MONTH, savingOf } from './pricing.ts';
import {
  type Change,
  type Changes,
  NO_IMPACT,
  type Open,
  ofEach,
  type RightSizingInput,
  type Rule,
  SAVING_SHARE_MIN,
  type Use,
} from './rule.ts';

export const dynamodbCapacity: Rule = {
  id: 'dynamodb-capacity',
  question: 'Which capacity mode of a table is cheaper, and with how many units?',
  setting: 'capacity',
  ask: (input) => ofEach('dynamodb', input, (resource) => ofTable(resource, input)),
};

/** What nobody asked for in the run gets what the console gives as the least: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/switching.capacitymode.html */
const UNSEEN_UNITS = 5;

/** A month's mean as a share of the load of a run, below which most games are not. Guess: tune. */
const UNEVEN = 0.5;

/** One kind of access to one part of a table. */
interface Demand {
  part: Part;
  access: Access;
  /** Units per second in the mean, and in the busiest period; null where there were none. */
  mean: number | null;
  busiest: number | null;
  throttles: number;
  /** Null on demand. */
  provisioned: number | null;
}
/** A demand with the units that it would be given. */
interface Given extends Demand {
  units: number;
}

function ofTable(resource: Resource, input: RightSizingInput): Changes | Open {
  const { billing } = resource.limits;
  const demands = demandsOf(resource, input);
  if (billing === undefined || billing === null)
    return {
      open: `the billing mode of ${resource.node} could not be read`,
      settledBy: 'Allow dynamodb:DescribeTable, then `loadkit analyze --aws`.',
    };
  if (demands.every(({ busiest, throttles }) => busiest === null && throttles === 0))
    return { open: 'the run did not use it', settledBy: 'A scenario that reads and writes it.' };
  const throttles = demands.reduce((sum, each) => sum + each.throttles, 0);
  if (billing === 'on-demand') return throttles > 0 ? throttledOnDemand(throttles) : { changes: toProvisioned(demands, input) };
  if (demands.some(({ provisioned }) => provisioned === null))
    return {
      open: `the provisioned units of ${resource.node} are not known`,
      settledBy: 'Allow dynamodb:DescribeTable, then `loadkit analyze --aws`.',
    };
  const short = throttles > 0 || demands.some(({ busiest, provisioned }) => (busiest ?? 0) > CAPACITY_NEAR * (provisioned ?? 0));
  return short ? enlarged(resource, demands, input) : { changes: cheaper(demands, input) };
}

const throttledOnDemand = (throttles: number): Open => ({
  open: `${figure(throttles)} reads or writes were throttled though the table is on demand: a partition, its maximum throughput or the account was the limit`,
  settledBy: 'A run without throttles: see the findings of `loadkit analyze`.',
});

function demandsOf(resource: Resource, { stretch, whole }: RightSizingInput): Demand[] {
  return partsOf(resource, stretch).flatMap((part) =>
    accesses.map((access): Demand => {
      const consumed = [part.node, `Consumed${access}CapacityUnits`, 'Sum'] as const;
      return {
        part,
        access,
        // What only its ramp used, the window has nothing of.
        mean: perSecond(stretch, consumed) ?? perSecond(whole, consumed),
        busiest: busiestPerS(whole, consumed),
        throttles: total(whole, [part.node, `${access}ThrottleEvents`, 'Sum']) ?? 0,
        provisioned: provisionedUnits(resource, part, access, stretch),
      };
    }),
  );
}

// ---------------------------------------------------------------------------------------------------------------- changes

/** From on demand, where the load of the run would be cheaper with units. */
function toProvisioned(demands: readonly Demand[], { prices, load }: RightSizingInput): Change[] {
  const given = demands.map((each): Given => ({ ...each, units: unitsFor(each, load.factor) ?? UNSEEN_UNITS }));
  const [now, then] = [onDemandCost(demands, prices), provisionedCost(given, prices)];
  if (now === null || then === null || now - then < SAVING_SHARE_MIN * now) return [];
  const breakEven = breakEvenOf(prices);
  return [
    {
      from: 'on demand',
      to: `provisioned, ${listed(given)}`,
      ...savingOf(prices, now, then, 'DynamoDB'),
      reduces: true,
      impact: { ...NO_IMPACT, why: `its units are ${percent(TARGET_UTILISATION)} used in the busiest period, so that nothing is refused` },
      uses: usesOf(given, load.factor),
      risk: {
        level: then > UNEVEN * now ? 'high' : 'medium',
        why: `units are paid by the hour: it pays while the mean of a month stays above ${percent(then / now)} of this load. Auto scaling at ${percent(TARGET_UTILISATION)} follows a day, not a sudden rush`,
      },
      why: `the run used ${percent(usedShare(given))} of such units all the time${breakEven === null ? '' : `, and both modes cost the same at ${percent(breakEven)}`}`,
    },
  ];
}

/** From units that are not short: fewer of them, or none, whatever is cheaper at the load of the run. */
function cheaper(demands: readonly Demand[], input: RightSizingInput): Change[] {
  const { prices, load } = input;
  const given = demands.map((each): Given => {
    const now = each.provisioned ?? 0;
    // What the run did not do says nothing of how much it takes.
    return { ...each, units: Math.min(now, unitsFor(each, load.factor) ?? now) };
  });
  const now = provisionedCost(present(demands), prices);
  // At the load of a run that makes less than it is to carry, on demand looks cheaper than it will be.
  const atLoad = demands.map((each) => ({ ...each, mean: (each.mean ?? 0) * load.factor }));
  const changes = [fewer(demands, given, input), toOnDemand(demands, atLoad, input)];
  const worthIt = ({ savingPerMonth }: Change): boolean =>
    savingPerMonth === null || now === null || savingPerMonth.amount > SAVING_SHARE_MIN * now;
  return changes.filter((change) => change.from !== change.to && worthIt(change)).toSorted(bySaving);
}

function fewer(demands: readonly Demand[], given: readonly Given[], { prices, load }: RightSizingInput): Change {
  const current = present(demands);
  const [now, then, byRequest] = [provisionedCost(current, prices), provisionedCost(given, prices), onDemandCost(demands, prices)];
  const pays =
    then === null || !byRequest ? '' : `; on demand is cheaper once a month's mean is below ${percent(then / byRequest)} of this load`;
  return {
    from: `provisioned, ${listed(current)}`,
    to: `provisioned, ${listed(given)}`,
    ...savingOf(prices, now, then, 'DynamoDB'),
    reduces: true,
    impact: {
      ...NO_IMPACT,
      why: `its units are at most ${percent(TARGET_UTILISATION)} used in the busiest period, so that nothing is refused`,
    },
    uses: usesOf(given, load.factor),
    risk: { level: 'medium', why: `what this run did not play has no units left for it, and a partition has its own share only${pays}` },
    why: `the busiest period used ${usedOf(current)}`,
  };
}

/** @param atLoad what it would be charged for */
function toOnDemand(demands: readonly Demand[], atLoad: readonly Demand[], { prices }: RightSizingInput): Change {
  const current = present(demands);
  const [now, then] = [provisionedCost(current, prices), onDemandCost(atLoad, prices)];
  const unseen = accesses.filter((access) => sumOf(demands, access, ({ mean }) => mean ?? 0) === 0).map((access) => access.toLowerCase());
  const breakEven = breakEvenOf(prices);
  return {
    from: `provisioned, ${listed(current)}`,
    to: 'on demand',
    ...savingOf(prices, now, then, 'DynamoDB'),
    reduces: false,
    impact: { ...NO_IMPACT, why: 'on demand takes twice the peak that there was, and more within minutes' },
    uses: [],
    risk: {
      level: unseen.length > 0 ? 'medium' : 'low',
      why: `it pays while the mean of a month stays below ${timesOf(now, then)}${unseen.length > 0 ? `, and the run made no ${unseen.join(' and no ')}s` : ''}; a load that runs away is paid for, unless a maximum throughput is set`,
    },
    why: `the run used ${percent(usedShare(current))} of its units all the time${breakEven === null ? '' : `, and both modes cost the same at ${percent(breakEven)}`}`,
  };
}

const timesOf = (now: number | null, then: number | null): string =>
  now === null || then === null || then === 0 ? 'what units cost' : `${figure(now / then)} times this load`;

/** Throttled, or about to be: more units, or none, whatever is cheaper. */
function enlarged(resource: Resource, demands: readonly Demand[], input: RightSizingInput): Changes | Open {
  const { prices, whole } = input;
  const ofPartition = demands.reduce(
    (sum, { part, access }) => sum + (total(whole, [part.node, `${access}KeyRangeThroughputThrottleEvents`, 'Sum']) ?? 0),
    0,
  );
  if (ofPartition > 0)
    return {
      open: `one partition of ${resource.node} was throttled by itself, which no units mend`,
      settledBy: 'A run without a hot partition: see the findings of `loadkit analyze`.',
    };
  const current = present(demands);
  const given = demands.map((each): Given => {
    const now = each.provisioned ?? 0;
    const refused = busiestPerS(whole, [each.part.node, `${each.access}ThrottleEvents`, 'Sum']) ?? 0;
    const units = Math.max(now, unitsFor({ ...each, busiest: (each.busiest ?? 0) + refused }, 1) ?? now);
    return { ...each, units: each.throttles > 0 ? Math.max(units, now + 1) : units };
  });
  const more: Change = {
    from: `provisioned, ${listed(current)}`,
    to: `provisioned, ${listed(given)}`,
    ...savingOf(prices, provisionedCost(current, prices), provisionedCost(given, prices), 'DynamoDB'),
    reduces: false,
    impact: { latencyMs: 'less', refused: 'less', why: 'what is throttled is tried again after a pause, and fails in the end' },
    uses: usesOf(given, 1),
    risk: { level: 'low', why: 'nothing is taken away; what was refused may have needed more than a unit each' },
    why: `the busiest period used ${usedOf(current)}`,
  };
  const seconds = whole.periods.length * whole.file.periodS;
  const atLoad = demands.map((each) => ({ ...each, mean: (each.mean ?? 0) + each.throttles / seconds }));
  const onDemand: Change = { ...toOnDemand(demands, atLoad, input), impact: more.impact };
  return { changes: [more, onDemand].toSorted(bySaving) };
}

/** The larger saving first; what has no price last. */
const bySaving = (a: Change, b: Change): number =>
  (b.savingPerMonth?.amount ?? Number.NEGATIVE_INFINITY) - (a.savingPerMonth?.amount ?? Number.NEGATIVE_INFINITY) || 0;

// ---------------------------------------------------------------------------------------------------------------- units and prices

/** Units that are used as auto scaling holds them, in the busiest period; null where nothing was used. */
const unitsFor = ({ busiest }: Demand, factor: number): number | null =>
  busiest === null ? null : Math.max(1, wholeUp((busiest * factor) / TARGET_UTILISATION));

const present = (demands: readonly Demand[]): Given[] => demands.map((each) => ({ ...each, units: each.provisioned ?? 0 }));

/** Of the units that change. */
const usesOf = (given: readonly Given[], factor: number): Use[] =>
  given
    .filter(({ units, provisioned }) => units !== provisioned)
    .map(({ part, access, busiest, units }) => ({
      what: `${access.toLowerCase()} capacity of ${part.node}`,
      unit: unitOf(access),
      used: (busiest ?? 0) * factor,
      capacity: units,
      safe: TARGET_UTILISATION,
    }));

const unitOf = (access: Access): string => (access === 'Read' ? 'RCU' : 'WCU');

/** Units of the table, then those of each index. */
function listed(given: readonly Given[]): string {
  const parts = Map.groupBy(given, ({ part }) => part.index);
  return [...parts]
    .map(([index, of]) => {
      const units = of.map(({ access, units: count }) => `${figure(count)} ${unitOf(access)}`).join(' and ');
      return index === null ? units : `${index}: ${units}`;
    })
    .join('; ');
}

const usedOf = (given: readonly Given[]): string =>
  given
    .filter(({ busiest }) => busiest !== null)
    .map(({ part, access, busiest, units, throttles }) => {
      const refused = throttles > 0 ? ` and refused ${figure(throttles)}` : '';
      return `${figure(busiest ?? 0)} of ${figure(units)} ${unitOf(access)}${part.index === null ? '' : ` of ${part.index}`}${refused}`;
    })
    .join(', ') || 'none of its units';

function costOf(of: (access: Access) => number, mode: 'units' | 'requests', prices: Pricing): number | null {
  const usage: DynamodbUsage =
    mode === 'units'
      ? { mode: 'provisioned', wcu: of('Write'), rcu: of('Read'), hours: HOURS_PER_MONTH }
      : { mode: 'on-demand', writeUnits: of('Write'), readUnits: of('Read') };
  return prices.monthOf({ dynamodb: [usage] });
}

const sumOf = <T extends Demand>(demands: readonly T[], access: Access, of: (demand: T) => number): number =>
  demands.filter((each) => each.access === access).reduce((sum, each) => sum + of(each), 0);

const provisionedCost = (given: readonly Given[], prices: Pricing): number | null =>
  costOf((access) => sumOf(given, access, ({ units }) => units), 'units', prices);

const onDemandCost = (demands: readonly Demand[], prices: Pricing): number | null =>
  costOf((access) => sumOf(demands, access, ({ mean }) => (mean ?? 0) * SECONDS_PER_MONTH), 'requests', prices);

/** Of all units that are there. */
function usedShare(given: readonly Given[]): number {
  const units = given.reduce((sum, each) => sum + each.units, 0);
  return units === 0 ? 0 : given.reduce((sum, { mean }) => sum + (mean ?? 0), 0) / units;
}

/** The share of a unit in use all the time at which both modes cost the same, by the price of writes; that of reads is the same in AWS's lists. Null without prices. */
export function breakEvenOf({ unitPrice }: Pick<Pricing, 'unitPrice'>): number | null {
  const [hour, request] = [unitPrice('dynamodb.provisioned.write'), unitPrice('dynamodb.on-demand.write')];
  return hour === null || request === null ? null : hour / (3600 * request);
}
