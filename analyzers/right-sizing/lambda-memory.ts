import type { Arch, Inventory, Resource } from '../contract.ts';
import { MEMORY_ADVISED, MEMORY_NEAR, usedMbOf } from '../function-limits.ts';
import { enoughAtRandom, needOf } from '../lambda-capacity.ts';
import { LAMBDA_MEMORY_MB } from '../models/cost/index.ts';
import { type Interval, ratioInterval } from '../models/intervals.ts';
import { wholeUp } from '../models/whole-up.ts';
import { type Name, perSecond, type Stretch, samples, total, weightedMean } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, plural } from '../words.ts';
import { ofArch, SECONDS_PER_MONTH, savingOf } from './pricing.ts';
import {
  type Change,
  type Changes,
  type Impact,
  type MeasuredRun,
  type Open,
  ofEach,
  type RightSizingInput,
  type Rule,
  type Use,
} from './rule.ts';
import { sharedConcurrency } from './shared-concurrency.ts';
import { STRATEGIES, type Strategy } from './strategies.ts';

export const lambdaMemory: Rule = {
  id: 'lambda-memory',
  question: 'Which size of memory makes a function cheapest, fastest, or both?',
  setting: 'memory',
  ask: (input) => ofEach('lambda', input, (resource) => ofFunction(resource, input)),
};

const [, MEMORY_MB_MAX] = LAMBDA_MEMORY_MB;
/** Of one size. AWS Lambda Power Tuning advises 10 to 100; here other things vary, too. Guess: tune. */
const INVOCATIONS_MIN = 100;
/** Of the compromise between cost and time: the default of AWS Lambda Power Tuning. */
const BALANCED_WEIGHT = 0.5;
const CONFIDENCE = 0.95;

function ofFunction(resource: Resource, input: RightSizingInput): Changes | Open {
  const { node, limits } = resource;
  const memoryMb = limits.memoryMb ?? null;
  if (memoryMb === null)
    return {
      open: `the memory of ${node} could not be read`,
      settledBy: 'Allow lambda:GetFunctionConfiguration, then `loadkit analyze --aws`.',
    };
  const usedMb = usedMbOf(resource, input.whole);
  if (usedMb !== null && usedMb >= MEMORY_NEAR * memoryMb && memoryMb < MEMORY_MB_MAX)
    return { changes: [moreMemory(resource, memoryMb, usedMb, input)] };
  const measured = sizesOf(node, input);
  const now = measured.find((size) => size.memoryMb === memoryMb);
  if (now === undefined)
    return {
      open: `fewer than ${INVOCATIONS_MIN} invocations say how long one takes`,
      settledBy: 'A longer run, or a scenario that calls it more often.',
    };
  if (measured.length === 1) return ofUnknownArch(resource, input) ?? ONE_SIZE;
  return noiseOf(measured, input) ?? fitting(now, measured, resource, input);
}

const ONE_SIZE: Open = {
  open: 'it was measured with one size only (of its architecture), and how its duration changes with memory is different for each function',
  settledBy: 'Set another size, run the same load again, then `loadkit cost RUN --with OTHER_RUN`.',
};

/** Where other runs had it, and one of them may have had the same architecture. */
function ofUnknownArch({ node, limits }: Resource, { others }: RightSizingInput): Open | null {
  const having = others.filter(({ inventory }) => functionIn(inventory, node) !== undefined);
  const untold = limits.arch ? having.filter(({ inventory }) => archOf(inventory, node) === null).map(({ runId }) => runId) : ['this run'];
  if (having.length === 0 || untold.length === 0) return null;
  return {
    open: `the architecture that ${node} had in ${untold.join(' and in ')} is not known, and another is another processor`,
    settledBy: `The same load again with that size, with lambda:GetFunctionConfiguration allowed, or with the \`arch\` of ${node} in ext.loadkit.resources.`,
  };
}

/** Sizes are compared across runs: a difference has to be that of the size. */
function noiseOf(sizes: readonly MemorySize[], { window }: RightSizingInput): Open | null {
  if (!window.steady)
    return { open: `durations of a run that was not steady can't be compared: ${window.reason}`, settledBy: 'A longer run.' };
  if (sizes.every(({ durationMsCi95 }) => durationMsCi95 !== null)) return null;
  return { open: 'a duration of one period has no interval, so that a difference may be noise', settledBy: 'A longer run.' };
}

/** A risk is taken away; faster it may get, too. At worst each invocation takes as long as before, at a higher price. */
function moreMemory({ node, limits }: Resource, memoryMb: number, usedMb: number, { stretch, prices }: RightSizingInput): Change {
  const toMb = Math.min(MEMORY_MB_MAX, Math.ceil(usedMb / MEMORY_ADVISED));
  const arch = limits.arch ?? null;
  const priced = (size: number): number | null => monthOf({ node, memoryMb: size, arch, stretch, prices });
  return {
    from: `${memoryMb} MB`,
    to: `${toMb} MB`,
    ...savingOf(prices, priced(memoryMb), priced(toMb), ofArch('Lambda', arch)),
    reduces: false,
    impact: {
      latencyMs: 'less',
      refused: 'less',
      why: 'memory brings processor, and an environment that runs out of memory fails its request',
    },
    uses: [{ what: `memory of ${node}`, unit: 'MB', used: usedMb, capacity: toMb, safe: MEMORY_NEAR }],
    risk: { level: 'low', why: 'nothing is taken away; the price is reckoned as if it got no faster' },
    why: `${node} used up to ${figure(usedMb)} of ${figure(memoryMb)} MB, and what runs out of memory is ended in the middle of its request`,
  };
}

function monthOf({
  node,
  memoryMb,
  arch,
  stretch,
  prices,
  durationMs,
}: { node: string; memoryMb: number; arch: Arch | null; durationMs?: number } & Pick<RightSizingInput, 'stretch' | 'prices'>):
  | number
  | null {
  const avgDurationMs = durationMs ?? weightedMean(stretch, duration(node), invocations(node));
  const requests = (perSecond(stretch, invocations(node)) ?? 0) * SECONDS_PER_MONTH;
  return avgDurationMs === null ? null : prices.monthOf({ lambda: [{ requests, avgDurationMs, memoryMb, arch }] });
}

const duration = (node: string): Name => [node, 'Duration', 'Average'];
const invocations = (node: string): Name => [node, 'Invocations', 'Sum'];

// ---------------------------------------------------------------------------------------------------------------- measured sizes

/** A function as it was measured with several sizes, and what each strategy takes of these: nothing is said of sizes between or beyond them. */
export interface MemorySizes {
  node: string;
  sizes: MemorySize[];
  /** In MB. */
  chosen: Record<Strategy, number>;
}

export interface MemorySize {
  memoryMb: number;
  durationMs: number;
  /** 95 %, of the mean; null where there are fewer than two periods. */
  durationMsCi95: Interval | null;
  invocations: number;
  /** Of them, how many failed. */
  errors: number;
  /** At the load of the run, requests included; null where it has no price. */
  costPerMonth: number | null;
  usedMb: number | null;
  /** Targets that its run missed. */
  missed: readonly string[];
}

export const memorySizesOf = (input: RightSizingInput): MemorySizes[] =>
  input.inventory.resources
    .filter(({ kind }) => kind === 'lambda')
    .map(({ node }) => ({ node, sizes: ifRead(() => sizesOf(node, input)) ?? [] }))
    .filter(({ sizes }) => sizes.length > 1)
    .map(({ node, sizes }) => ({
      node,
      sizes,
      chosen: Object.fromEntries(STRATEGIES.map((strategy) => [strategy, ordered(sizes, strategy)[0]?.memoryMb])) as MemorySizes['chosen'],
    }));

/**
 * One for each size with enough invocations, the smallest first, of the architecture that the function has: another is another processor, and one that is
 * not known may be another. Of two runs with the same size the longer one counts.
 */
function sizesOf(node: string, input: RightSizingInput): MemorySize[] {
  const arch = archOf(input.inventory, node);
  const others = input.others.filter(({ inventory }) => arch !== null && archOf(inventory, node) === arch);
  const runs: MeasuredRun[] = [{ runId: '', missed: [], inventory: input.inventory, stretch: input.stretch }, ...others];
  const bySize = new Map<number, MemorySize>();
  for (const run of runs) {
    const size = sizeIn(run, node, arch, input);
    if (size === null || size.invocations < INVOCATIONS_MIN) continue;
    if ((bySize.get(size.memoryMb)?.invocations ?? 0) < size.invocations) bySize.set(size.memoryMb, size);
  }
  return [...bySize.values()].toSorted((a, b) => a.memoryMb - b.memoryMb);
}

const functionIn = ({ resources }: Inventory, node: string): Resource | undefined => resources.find((each) => each.node === node);
const archOf = (inventory: Inventory, node: string): Arch | null => functionIn(inventory, node)?.limits.arch ?? null;

function sizeIn({ inventory, stretch, missed }: MeasuredRun, node: string, arch: Arch | null, input: RightSizingInput): MemorySize | null {
  const resource = functionIn(inventory, node);
  const memoryMb = resource?.limits.memoryMb ?? null;
  const durationMs = weightedMean(stretch, duration(node), invocations(node));
  if (resource === undefined || memoryMb === null || durationMs === null) return null;
  return {
    memoryMb,
    durationMs,
    durationMsCi95: intervalOf(node, stretch),
    invocations: total(stretch, invocations(node)) ?? 0,
    errors: total(stretch, [node, 'Errors', 'Sum']) ?? 0,
    costPerMonth: monthOf({ node, memoryMb, arch, durationMs, stretch: input.stretch, prices: input.prices }),
    usedMb: usedMbOf(resource, stretch),
    missed,
  };
}

/** A period is as long as the batches of the players' latencies are. */
function intervalOf(node: string, stretch: Stretch): Interval | null {
  const counts = new Map(samples(stretch, invocations(node)).map(({ timeS, value }) => [timeS, value]));
  const periods = samples(stretch, duration(node)).map(({ timeS, value }) => ({ mean: value, count: counts.get(timeS) ?? 0 }));
  return ratioInterval(
    periods.map(({ mean, count }) => mean * count),
    periods.map(({ count }) => count),
    CONFIDENCE,
    1,
  );
}

/**
 * What each strategy minimises. `balanced` adds cost and time, each as a share of the largest, with the same weight.
 * Source: https://github.com/alexcasalboni/aws-lambda-power-tuning/blob/master/lambda/analyzer.js
 */
function worthOf(strategy: Strategy, sizes: readonly MemorySize[]): (size: MemorySize, durationMs: number) => number {
  const maxCost = Math.max(...sizes.map((size) => costAt(size, size.durationMs)));
  const maxMs = Math.max(...sizes.map(({ durationMs }) => durationMs));
  return (size, durationMs) => {
    if (strategy === 'cost') return costAt(size, durationMs);
    if (strategy === 'speed') return durationMs;
    return (BALANCED_WEIGHT * costAt(size, durationMs)) / maxCost + ((1 - BALANCED_WEIGHT) * durationMs) / maxMs;
  };
}

/** Of an invocation, in MB·ms as billed, to which the price goes in proportion. That of the request is the same with every size. */
const costAt = ({ memoryMb }: MemorySize, durationMs: number): number => memoryMb * wholeUp(durationMs);

function ordered(sizes: readonly MemorySize[], strategy: Strategy): MemorySize[] {
  const value = worthOf(strategy, sizes);
  return sizes.toSorted((a, b) => value(a, a.durationMs) - value(b, b.durationMs));
}

/** The sizes that the strategy prefers to the present one, by more than the noise of both. */
function fitting(now: MemorySize, sizes: readonly MemorySize[], resource: Resource, input: RightSizingInput): Changes | Open {
  const value = worthOf(input.strategy, sizes);
  const atBest = value(now, now.durationMsCi95?.[0] ?? Number.NaN);
  const better = ordered(sizes, input.strategy).filter((size) => value(size, size.durationMsCi95?.[1] ?? Number.NaN) < atBest);
  const sound = better.filter(({ missed }) => missed.length === 0);
  const [best] = better;
  if (best !== undefined && sound.length === 0)
    return {
      open: `the run with ${best.memoryMb} MB missed ${best.missed.join(', ')}`,
      settledBy: 'A run with that size, and nothing else changed, that meets its targets.',
    };
  return { changes: sound.map((size) => changeTo(size, now, resource, input)) };
}

function changeTo(to: MemorySize, now: MemorySize, resource: Resource, input: RightSizingInput): Change {
  return {
    from: `${now.memoryMb} MB`,
    to: `${to.memoryMb} MB`,
    ...savingOf(input.prices, now.costPerMonth, to.costPerMonth, ofArch('Lambda', resource.limits.arch ?? null)),
    reduces: to.memoryMb < now.memoryMb,
    impact: impactOf(to, now, resource.node, input),
    uses: usesOf(to, now, resource, input),
    risk: {
      level: to.memoryMb < now.memoryMb && to.usedMb === null ? 'medium' : 'low',
      why: to.usedMb === null ? 'how much memory it uses was not measured' : `it used up to ${figure(to.usedMb)} MB with this size`,
    },
    why: `${input.strategy}: ${measure(to)}, against ${measure(now)}`,
  };
}

const measure = ({ durationMs, memoryMb, invocations: count }: MemorySize): string =>
  `${figure(durationMs)} ms with ${figure(memoryMb)} MB (${plural(count, 'invocation')})`;

/** As if each invocation were one that a request waits for. Slower it is by as much as both intervals allow. */
function impactOf(to: MemorySize, now: MemorySize, node: string, { stretch, load }: RightSizingInput): Impact {
  const why = `an invocation takes ${figure(to.durationMs)} ms in place of ${figure(now.durationMs)}, as measured`;
  const { requestsPerS } = load;
  if (requestsPerS === null || !(requestsPerS > 0)) return { latencyMs: 'unknown', refused: 'unknown', why };
  const perRequest = (perSecond(stretch, invocations(node)) ?? 0) / requestsPerS;
  const worst = (to.durationMsCi95?.[1] ?? Number.NaN) - (now.durationMsCi95?.[0] ?? Number.NaN);
  const mean = to.durationMs - now.durationMs;
  const failsMore = Math.max(0, to.errors / to.invocations - now.errors / now.invocations);
  return { latencyMs: perRequest * (mean > 0 ? worst : mean), refused: Math.min(1, perRequest * failsMore), why };
}

function usesOf(to: MemorySize, now: MemorySize, resource: Resource, input: RightSizingInput): Use[] {
  const { memoryMb, usedMb } = to;
  const memory = { what: `memory of ${resource.node}`, unit: 'MB', used: usedMb ?? Number.NaN, capacity: memoryMb, safe: MEMORY_NEAR };
  return [...(usedMb === null ? [] : [memory]), ...(to.durationMs > now.durationMs ? [concurrencyUse(to, now, resource, input)] : [])];
}

/** What takes longer keeps more executions busy: of its reservation, or of what functions without one share. */
function concurrencyUse(to: MemorySize, now: MemorySize, { node, limits }: Resource, input: RightSizingInput): Use {
  const offered = ({ durationMs }: MemorySize): number => ((needOf(node, input.whole)?.arrivalsPerS ?? 0) * durationMs) / 1000;
  if (limits.reservedConcurrency !== null)
    return {
      what: `reserved concurrency of ${node}`,
      unit: 'executions',
      used: enoughAtRandom(offered(to) * input.load.factor),
      capacity: limits.reservedConcurrency ?? Number.NaN,
      safe: 1,
    };
  const [then, before] = [to, now].map((size) => sharedConcurrency(input, { node, executions: offered(size) }));
  return then && before
    ? { ...then, taken: then.used - before.used }
    : { what: "the account's concurrency", unit: 'executions', used: Number.NaN, capacity: Number.NaN, safe: 1 };
}
