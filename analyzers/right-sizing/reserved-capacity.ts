import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Resource } from '../contract.ts';
import { lowest, type Name, type Stretch, samples } from '../platform-series.ts';
import { type Access, accesses, partsOf, type Part as TablePart } from '../table-capacity.ts';
import { duration as durationOf, figure, plural } from '../words.ts';
import { type Part, type Pricing, SECONDS_PER_MONTH, savingOf } from './pricing.ts';
import { type Asked, type Changes, NO_IMPACT, type Open, ofEach, type RightSizingInput, type Rule } from './rule.ts';

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
  const saving = savingOf(prices, now, then, instrument);
  if (saving.savingPerMonth !== null && saving.savingPerMonth.amount <= 0) return { changes: [] };
  const anHour = now === null || then === null ? '' : ` at ${hourly(then, prices)} instead of ${hourly(now, prices)}`;
  const stretch = longest(input);
  if (stretch === null)
    return {
      open: `${there}: never less within the window (${durationOf(input.window.toS - input.window.fromS)}), and one run can't say what a month has (${instrument} for a year${anHour || ' has no price here'})`,
      settledBy: `Metrics of ${HISTORY_DAYS} days or more (\`loadkit analyze RUN --platform FILE\`).`,
    };
  return {
    changes: [
      {
        from: null,
        to: `${reserved.what} for a year by ${instrument}${anHour}`,
        ...saving,
        reduces: false,
        impact: { ...NO_IMPACT, why: 'what is reserved is billed in another way, and is the same capacity' },
        uses: [],
        risk: { level: 'high', why: 'it is paid for all of the year, used or not, and part of it upfront where it has to be' },
        why: `${there}: it was never less in ${figure(spanDays(stretch))} days`,
      },
    ],
  };
}

const hourly = (month: number, { currency }: Pricing): string => `${figure(month / HOURS_PER_MONTH)} ${currency} an hour`;

/** All that was told, where that is long enough. */
const longest = ({ history }: RightSizingInput): Stretch | null => (spanDays(history) >= HISTORY_DAYS ? history : null);

const spanDays = ({ file, periods }: Stretch): number => (periods.length * file.periodS) / 86_400;

/** Null where it is not told for most of the time. */
function least(name: Name, input: RightSizingInput): number | null {
  const stretch = longest(input) ?? input.stretch;
  return samples(stretch, name).length >= COVERED_MIN * stretch.periods.length ? lowest(stretch, name) : null;
}

/** It is bought by the hundred of reads or of writes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/reserved-capacity.html */
const BLOCK = 100;

/** One reservation for all tables of the region. */
function ofTables(input: RightSizingInput): Asked[] {
  const units = (resource: Resource, access: Access): number =>
    partsOf(resource, input.history).reduce(
      (sum, part: TablePart) => sum + (least([part.node, `Provisioned${access}CapacityUnits`, 'Average'], input) ?? 0),
      0,
    );
  const tables = input.inventory.resources
    .filter(({ kind }) => kind === 'dynamodb')
    .map((resource) => ({ node: resource.node, units: accesses.map((access) => units(resource, access)) }))
    .filter((table) => table.units.some((each) => each > 0));
  const there = accesses.map((_, i) => tables.reduce((sum, table) => sum + (table.units[i] ?? 0), 0));
  const reserved = accesses.map((access, i) => inBlocks(there[i] ?? 0, keyOf(access), input.prices));
  const found: Predictable = {
    there: listed(there),
    instrument: 'reserved capacity of DynamoDB',
    parts: partsFor(there.map((each, i) => Math.min(each, reserved[i] ?? 0))),
    reserved: { what: listed(reserved), parts: partsFor(reserved) },
  };
  const answer = predictable(reserved.some((each) => each > 0) ? found : null, input);
  return tables.length === 0 ? [] : [{ node: 'dynamodb', of: tables.map(({ node }) => node), answer }];
}

const keyOf = (access: Access): string => `dynamodb.provisioned.${access === 'Read' ? 'read' : 'write'}`;

const partsFor = (units: readonly number[]): Part[] => accesses.map((access, i) => [keyOf(access), (units[i] ?? 0) * HOURS_PER_MONTH]);

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
  return predictable(tasks < 1 ? null : { there: plural(tasks, 'task'), instrument: SAVINGS_PLAN, parts }, input);
}

const SAVINGS_PLAN = 'a Compute Savings Plan';

/** One plan for all functions: what each does without, another of its architecture may use. */
function ofFunctions(input: RightSizingInput): Asked[] {
  const functions = input.inventory.resources.filter(({ kind }) => kind === 'lambda');
  const stretch = longest(input) ?? input.stretch;
  const byArch = [...Map.groupBy(functions, ({ limits }) => limits.arch)].map(
    ([arch, alike]) => [`lambda.duration.${arch}`, leastGbS(alike, stretch)] as const,
  );
  const gbS = byArch.reduce((sum, [, each]) => sum + each, 0);
  const parts = byArch.map(([key, each]): Part => [key, each * SECONDS_PER_MONTH]);
  const found = gbS > 0 ? { there: `${figure(gbS)} GB-s a second`, instrument: SAVINGS_PLAN, parts } : null;
  return functions.length === 0 ? [] : [{ node: 'lambda', of: functions.map(({ node }) => node), answer: predictable(found, input) }];
}

/** Of all functions together, in the period with the least. A period without an invocation has none. */
function leastGbS(functions: readonly Resource[], stretch: Stretch): number {
  const sums = new Map(stretch.periods.map((i) => [stretch.file.times[i], 0]));
  for (const { node, limits } of functions) {
    const durations = new Map(samples(stretch, [node, 'Duration', 'Average']).map(({ timeS, value }) => [timeS, value]));
    for (const { timeS, value } of samples(stretch, [node, 'Invocations', 'Sum'])) {
      const gbS = (value * (durations.get(timeS) ?? 0) * (limits.memoryMb ?? 0)) / 1024 / 1000;
      sums.set(timeS, (sums.get(timeS) ?? 0) + gbS);
    }
  }
  return Math.min(...sums.values()) / stretch.file.periodS;
}

function ofCache({ node, limits: { nodeType } }: Resource, input: RightSizingInput): Changes | Open {
  const there = least([node, 'CurrItems', 'Maximum'], input) ?? least([node, 'DatabaseMemoryUsagePercentage', 'Maximum'], input);
  if (there === null || !nodeType) return { changes: [] };
  const parts: Part[] = [[`elasticache.node.${nodeType}`, HOURS_PER_MONTH]];
  return predictable({ there: `1 ${nodeType}`, instrument: 'a reserved node', parts }, input);
}
