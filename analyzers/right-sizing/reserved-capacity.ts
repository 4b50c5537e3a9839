import type { Resource } from '../contract.ts';
import { lowest, type Name, type Stretch, samples } from '../platform-series.ts';
import { type Access, accesses, type Part, partsOf } from '../table-capacity.ts';
import { duration as durationOf, figure, plural } from '../words.ts';
import { type Asked, type Changes, NO_IMPACT, type Open, ofEach, type RightSizingInput, type Rule } from './rule.ts';

export const reservedCapacity: Rule = {
  id: 'reserved-capacity',
  question: 'Which part of the capacity is used all the time, so that it could be reserved?',
  setting: 'reservation',
  ask: (input) => [
    ...ofEach('dynamodb', input, (resource) => ofTable(resource, input)),
    ...ofEach('ecs', input, (resource) => ofService(resource, input)),
    ...ofFunctions(input),
    ...ofEach('elasticache', input, (resource) => ofCache(resource, input)),
  ],
};

/** Reservations are for a year or three; a day and a week have to be seen in it. Guess: tune. */
const HISTORY_DAYS = 28;
/** Share of the periods that have a datapoint. Guess: tune. */
const COVERED_MIN = 0.9;

/** What was never less, in words; null where nothing is. Reservations have no price in loadkit's lists, and no list of AWS's has one for all. */
function predictable(what: string | null, instrument: string, input: RightSizingInput): Changes | Open {
  if (what === null) return { changes: [] };
  const stretch = longest(input);
  if (stretch === null)
    return {
      open: `${what}: never less within the window (${durationOf(input.window.toS - input.window.fromS)}), and one run can't say what a month has`,
      settledBy: `Metrics of ${HISTORY_DAYS} days or more (\`loadkit analyze RUN --platform FILE\`), and the price of the reservation.`,
    };
  return {
    changes: [
      {
        from: null,
        to: what,
        savingPerMonth: null,
        unpriced: `${instrument} has no price here`,
        reduces: false,
        impact: { ...NO_IMPACT, why: 'what is reserved is billed in another way, and is the same capacity' },
        uses: [],
        risk: { level: 'high', why: 'it is paid for a year or three, used or not: make everything its right size first' },
        why: `it was never less in ${figure(spanDays(stretch))} days`,
      },
    ],
  };
}

/** All that was told, where that is long enough. */
const longest = ({ history }: RightSizingInput): Stretch | null => (spanDays(history) >= HISTORY_DAYS ? history : null);

const spanDays = ({ file, periods }: Stretch): number => (periods.length * file.periodS) / 86_400;

/** Null where it is not told for most of the time. */
function least(name: Name, input: RightSizingInput): number | null {
  const stretch = longest(input) ?? input.stretch;
  return samples(stretch, name).length >= COVERED_MIN * stretch.periods.length ? lowest(stretch, name) : null;
}

function ofTable(resource: Resource, input: RightSizingInput): Changes | Open {
  const units = (access: Access): number =>
    partsOf(resource, input.history).reduce(
      (sum, part: Part) => sum + (least([part.node, `Provisioned${access}CapacityUnits`, 'Average'], input) ?? 0),
      0,
    );
  const [read, write] = accesses.map(units);
  return predictable(
    read || write ? `${figure(read ?? 0)} RCU and ${figure(write ?? 0)} WCU` : null,
    'reserved capacity of DynamoDB',
    input,
  );
}

function ofService({ node, limits }: Resource, input: RightSizingInput): Changes | Open {
  const tasks = Math.floor(least([node, 'RunningTaskCount', 'Minimum'], input) ?? least([node, 'RunningTaskCount', 'Average'], input) ?? 0);
  if (tasks < 1) return { changes: [] };
  const hour = priced(input, [
    [`fargate.vcpu.${limits.arch}`, (limits.cpuUnits ?? Number.NaN) / 1024],
    [`fargate.memory.${limits.arch}`, (limits.memoryMb ?? Number.NaN) / 1024],
  ]);
  return predictable(`${plural(tasks, 'task')}${anHour(hour === null ? null : tasks * hour, input)}`, 'a Compute Savings Plan', input);
}

/** One plan for all functions: what each does without, another may use. */
function ofFunctions(input: RightSizingInput): Asked[] {
  const functions = input.inventory.resources.filter(({ kind }) => kind === 'lambda');
  if (functions.length === 0) return [];
  const gbS = leastGbS(functions, longest(input) ?? input.stretch);
  // Of two architectures nobody knows which one does the least.
  const [arch, ...others] = new Set(functions.map(({ limits }) => limits.arch));
  const hour = others.length > 0 ? null : priced(input, [[`lambda.duration.${arch}`, 3600 * gbS]]);
  const what = gbS > 0 ? `${figure(gbS)} GB-s a second${anHour(hour, input)}` : null;
  return [{ node: 'lambda', answer: predictable(what, 'a Compute Savings Plan', input) }];
}

function priced({ prices }: RightSizingInput, parts: readonly (readonly [key: string, quantity: number])[]): number | null {
  const amounts = parts.map(([key, quantity]) => (prices.unitPrice(key) ?? Number.NaN) * quantity);
  const sum = amounts.reduce((a, b) => a + b, 0);
  return Number.isNaN(sum) ? null : sum;
}

/** In what a plan is bought. */
const anHour = (amount: number | null, { prices }: RightSizingInput): string =>
  amount === null ? '' : ` (${figure(amount)} ${prices.currency} an hour on demand)`;

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

function ofCache({ node, limits }: Resource, input: RightSizingInput): Changes | Open {
  const there = least([node, 'CurrItems', 'Maximum'], input) ?? least([node, 'DatabaseMemoryUsagePercentage', 'Maximum'], input);
  return predictable(there === null || !limits.nodeType ? null : `1 ${limits.nodeType}`, 'a reserved node', input);
}
