import { min } from 'simple-statistics';
import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import { lowest, type Name, type Stretch, samples } from '../platform-series.ts';
import { type Access, accesses, partsOf } from '../table-capacity.ts';
import { duration as durationOf, figure, plural } from '../words.ts';
import { type Part, type Pricing, SECONDS_PER_MONTH, savesNothing, savingOf } from './pricing.ts';
import { type Asked, type Changes, ifAllRead, NO_IMPACT, type Open, ofEach, type RightSizingInput, type Rule } from './rule.ts';

export const reservedCapacity: Rule = {
  id: 'reserved-capacity',
  question: 'Which part of the capacity is used all the time, so that it could be reserved?',
  setting: 'reservation',
  buys: true,
  ask: (input) => [
    ...ofTables(input),
    ...ofEach('ecs', input, (resource) => ofService(resource, input)),
    ...ofFunctions(input),
    ...ofEach('elasticache', input, (resource) => ofCache(resource, input)),
  ],
};

/** Reservations are for a year or three; a day and a week have to be seen in it. Guess: tune. */
const HISTORY_DAYS = 28;
/** Share of the periods that have a datapoint. Guess: tune. */
const COVERED_MIN = 0.9;

/** What could be reserved for a year. */
interface Predictable {
  /** What was never less, in words. */
  there: string;
  instrument: string;
  /** What a month of that costs by the hour. */
  parts: readonly Part[];
  /** What is reserved in its place, where that comes in sizes of its own. */
  reserved?: { what: string; parts: readonly Part[] };
}

/** @param found null where nothing was there all the time */
function predictable(found: Predictable | null, input: RightSizingInput): Changes | Open {
  if (found === null) return { changes: [] };
  const { there, instrument, parts, reserved = { what: there, parts } } = found;
  const { prices } = input;
  const [now, then] = [prices.costOf(parts), prices.costOf(reserved.parts, 'oneYear')];
  const saving = savingOf(prices, now, then, `${instrument} for a year`);
  if (savesNothing(saving)) return { changes: [] };
  const anHour = now === null || then === null ? '' : `at ${hourly(then, prices)} instead of ${hourly(now, prices)}`;
  const stretch = longest(input);
  if (stretch === null)
    return {
      open: `${there}: never less within the window (${durationOf(input.window.toS - input.window.fromS)}), and one run can't say what a month has (${saving.unpriced ?? `${instrument} for a year ${anHour}`})`,
      settledBy: `Metrics of ${HISTORY_DAYS} days or more (\`loadkit analyze RUN --platform FILE\`).`,
    };
  const long = `it was never less in ${figure(spanDays(stretch))} days`;
  // Nobody is bound for a year by what may save nothing.
  if (saving.unpriced !== null)
    return {
      open: `${there}: ${long}, and ${saving.unpriced}`,
      settledBy: "Its price: AWS's pages have it, and `loadkit cost prices --refresh` reads those of cache nodes.",
    };
  return {
    changes: [
      {
        from: null,
        to: `${reserved.what} for a year by ${instrument} ${anHour}`,
        ...saving,
        reduces: false,
        impact: { ...NO_IMPACT, why: 'what is reserved is billed in another way, and is the same capacity' },
        uses: [],
        risk: {
          level: 'high',
          why: 'it is paid for all of the year, used or not: make everything its right size first. What is reserved already, or runs on Spot, is not known here, and has to be taken off',
        },
        why: `${there}: ${long}`,
      },
    ],
  };
}

const hourly = (month: number, { currency }: Pricing): string => `${figure(month / HOURS_PER_MONTH)} ${currency} an hour`;

/** All that was told, where that is long enough and leaves little out: of days without their nights nobody knows the least. */
function longest({ history }: RightSizingInput): Stretch | null {
  const { times, periodS } = history.file;
  const [first = 0, last = 0] = [times.at(0), times.at(-1)];
  const leavesOut = history.periods.length * periodS < COVERED_MIN * (last - first + periodS);
  return spanDays(history) < HISTORY_DAYS || leavesOut ? null : history;
}

const spanDays = ({ file, periods }: Stretch): number => (periods.length * file.periodS) / 86_400;

/**
 * Null where it is not told for most of the time.
 *
 * @param everyS how often it is told, where that is not in each period
 */
function least(name: Name, input: RightSizingInput, everyS = 0): number | null {
  const stretch = longest(input) ?? input.stretch;
  const expected = (stretch.periods.length * stretch.file.periodS) / Math.max(everyS, stretch.file.periodS);
  return samples(stretch, name).length >= COVERED_MIN * Math.floor(expected) ? lowest(stretch, name) : null;
}

/** It is bought by the hundred of reads or of writes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/reserved-capacity.html */
const BLOCK = 100;

/** DynamoDB tells of its capacity every five minutes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
const CAPACITY_TOLD_S = 300;

/** One reservation for all tables of the region. Of the infrequent-access class, and replicated ones, it is for none; which these are is not read. */
function ofTables(input: RightSizingInput): Asked[] {
  const tables = input.inventory.resources.filter(({ kind, limits }) => kind === 'dynamodb' && limits.billing !== 'on-demand');
  const of = tables.map(({ node }) => node);
  return tables.length === 0 ? [] : [{ node: 'dynamodb', of, answer: ifAllRead(() => predictable(unitsOf(tables, input), input)) }];
}

function unitsOf(tables: readonly Resource[], input: RightSizingInput): Predictable | null {
  const parts = tables.flatMap((table) => partsOf(table, input.history));
  const there = accesses.map((access) =>
    parts.reduce((sum, { node }) => sum + (least([node, `Provisioned${access}CapacityUnits`, 'Average'], input, CAPACITY_TOLD_S) ?? 0), 0),
  );
  const reserved = accesses.map((access, i) => inBlocks(there[i] ?? 0, keyOf(access), input.prices));
  if (reserved.every((units) => units === 0)) return null;
  return {
    there: listed(there),
    instrument: 'reserved capacity of DynamoDB',
    parts: partsFor(there.map((units, i) => Math.min(units, reserved[i] ?? 0))),
    reserved: { what: listed(reserved), parts: partsFor(reserved) },
  };
}

const keyOf = (access: Access): string => `dynamodb.provisioned.${access === 'Read' ? 'read' : 'write'}`;

/** What there is none of needs no price. */
const partsFor = (units: readonly number[]): Part[] =>
  accesses.map((access, i): Part => [keyOf(access), (units[i] ?? 0) * HOURS_PER_MONTH]).filter(([, quantity]) => quantity > 0);

const listed = ([read = 0, write = 0]: readonly number[]): string => `${figure(read)} RCU and ${figure(write)} WCU`;

/** One more where it costs less than what is left over does by the hour; as they are where there is no price to tell by. */
function inBlocks(units: number, key: string, prices: Pricing): number {
  const block = prices.costOf([[key, BLOCK]], 'oneYear');
  const left = prices.costOf([[key, units % BLOCK]]);
  if (block === null || left === null) return units;
  return Math.floor(units / BLOCK) * BLOCK + (block < left ? BLOCK : 0);
}

function ofService({ node, limits }: Resource, input: RightSizingInput): Changes | Open {
  const tasks = Math.floor(least([node, 'RunningTaskCount', 'Minimum'], input) ?? least([node, 'RunningTaskCount', 'Average'], input) ?? 0);
  const hours = tasks * HOURS_PER_MONTH;
  const parts: Part[] = [
    [`fargate.vcpu.${limits.arch}`, ((limits.cpuUnits ?? Number.NaN) / 1024) * hours],
    [`fargate.memory.${limits.arch}`, ((limits.memoryMb ?? Number.NaN) / 1024) * hours],
  ];
  const there = `${plural(tasks, 'task')}${limits.arch ? '' : UNKNOWN_ARCH}`;
  return predictable(tasks < 1 ? null : { there, instrument: SAVINGS_PLAN, parts }, input);
}

const SAVINGS_PLAN = 'a Compute Savings Plan';
/** Has no price. */
const UNKNOWN_ARCH = ' on an unknown architecture';

/** For all functions of an architecture: what one does without, another may use. */
function ofFunctions(input: RightSizingInput): Asked[] {
  const functions = input.inventory.resources.filter(({ kind }) => kind === 'lambda');
  return [...Map.groupBy(functions, ({ limits }) => limits.arch ?? null)].map(([arch, alike]) => ({
    node: 'lambda',
    of: alike.map(({ node }) => node),
    answer: ifAllRead(() => {
      const gbS = leastGbS(alike, longest(input) ?? input.stretch);
      const there = `${figure(gbS)} GB-s a second${arch === null ? UNKNOWN_ARCH : ` on ${arch}`}`;
      const parts: Part[] = [[`lambda.duration.${arch}`, gbS * SECONDS_PER_MONTH]];
      return predictable(gbS > 0 ? { there, instrument: SAVINGS_PLAN, parts } : null, input);
    }),
  }));
}

/** Of all together, in the period with the least. A period without an invocation has none. */
function leastGbS(functions: readonly Resource[], stretch: Stretch): number {
  const sums = new Map(stretch.periods.map((i) => [stretch.file.times[i], 0]));
  for (const { node, limits } of functions) {
    const durations = new Map(samples(stretch, [node, 'Duration', 'Average']).map(({ timeS, value }) => [timeS, value]));
    for (const { timeS, value } of samples(stretch, [node, 'Invocations', 'Sum'])) {
      const gbS = (value * (durations.get(timeS) ?? 0) * (limits.memoryMb ?? 0)) / 1024 / 1000;
      sums.set(timeS, (sums.get(timeS) ?? 0) + gbS);
    }
  }
  return min([...sums.values()]) / stretch.file.periodS;
}

function ofCache({ node, limits: { nodeType } }: Resource, input: RightSizingInput): Changes | Open {
  const there = least([node, 'CurrItems', 'Maximum'], input) ?? least([node, 'DatabaseMemoryUsagePercentage', 'Maximum'], input);
  if (there === null || !nodeType) return { changes: [] };
  const parts: Part[] = [[`elasticache.node.${nodeType}`, HOURS_PER_MONTH]];
  return predictable({ there: `1 ${nodeType}`, instrument: 'a reserved node', parts }, input);
}
