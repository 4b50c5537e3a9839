import { PRICE_LISTS, type PriceList } from '../models/cost/index.ts';
import {
  analyseUsl,
  type CurvePoint,
  type LoadPoint,
  rangeOf,
  USL_REACH,
  type UslAnalysis,
  type UslFit,
  uslCurve,
} from '../models/scalability/index.ts';
import { plural } from '../words.ts';
import { type JudgedLoad, judgedLoads } from './judged-loads.ts';
import { type LoadPrice, priceOfLoad } from './load-price.ts';
import { type LoadStep, NO_TARGET } from './load-step.ts';
import { durationOf, loadsOf, sayTest } from './next-test.ts';
import { type Saturation, saturationsOf } from './saturation.ts';
import { isGap } from './search.ts';

/** What a stepped test says of what a system can carry. */
export interface Capacity {
  steps: LoadStep[];
  /** The largest tested load that meets every target; null where none does, or it isn't known. */
  sustainable: {
    users: number;
    throughput: number | null;
    /** The largest tested load that holds, and the smallest that doesn't (null where none is known not to): the maximum lies between. Of tested loads, not of chance. */
    bracket: [holds: number, misses: number | null];
  } | null;
  /** What is known of the load above it, and the test that would settle the rest. */
  boundary: string;
  usl: UslFit;
  /** The fitted curve with its band, for drawing; empty where there is none. */
  curve: CurvePoint[];
  /** The first to be used up first; those that load doesn't touch come last. */
  resources: Saturation[];
  /** How much more than `atUsers` it carries, as a ratio; null where either isn't known. */
  headroom: { atUsers: number; ratio: number } | null;
  /** Of today's load and of the sustainable one; null where either isn't known. */
  price: { today: LoadPrice | null; sustainable: LoadPrice | null };
}

/**
 * @param steps of one scenario against one system, in any order
 * @param todayUsers the load that headroom is counted from
 * @param lists the first of a region prices it
 */
export function capacityOf(
  steps: readonly LoadStep[],
  todayUsers: number | null = null,
  lists: readonly PriceList[] = PRICE_LISTS,
): Capacity {
  const ordered = steps.toSorted((a, b) => a.users - b.users);
  const loads = judgedLoads(ordered);
  const failed = loads.find(({ holds }) => holds === 'no');
  const held = loads.findLast(({ holds, users }) => holds === 'yes' && (failed === undefined || users < failed.users));
  const analysis = analysisOf(ordered);
  return {
    steps: ordered,
    sustainable:
      held === undefined ? null : { users: held.users, throughput: held.throughput, bracket: [held.users, failed?.users ?? null] },
    boundary: boundaryOf(ordered, loads, held, failed),
    usl: analysis.fit,
    curve: uslCurve(analysis),
    resources: saturationsOf(ordered, analysis),
    headroom: held === undefined || todayUsers === null ? null : { atUsers: todayUsers, ratio: held.users / todayUsers },
    price: {
      today: todayUsers === null ? null : priceOfLoad(ordered, { users: todayUsers, throughput: null }, lists),
      sustainable: held === undefined ? null : priceOfLoad(ordered, held, lists),
    },
  };
}

function boundaryOf(
  steps: readonly LoadStep[],
  loads: readonly JudgedLoad[],
  held: JudgedLoad | undefined,
  failed: JudgedLoad | undefined,
): string {
  const test = (from: number, to: number, more?: { durationS: number }): string =>
    sayTest(steps, { ...rangeOf(from, to, BETWEEN), ...more });
  if (failed !== undefined) {
    const missed = `At ${plural(failed.users, 'user')} ${failed.reason ?? 'a target is missed'}`;
    if (held === undefined) return `${missed}; no smaller load was seen to hold.${failed.users > 1 ? ` ${test(1, failed.users)}` : ''}`;
    return `${missed}; ${plural(held.users, 'user')} ${held.users === 1 ? 'holds' : 'hold'}.${isGap(held.users, failed.users) ? ` ${test(held.users, failed.users)}` : ''}`;
  }
  const unknown = loads.find(({ holds, users }) => holds === 'unknown' && users > (held?.users ?? 0));
  if (unknown !== undefined) {
    if (unknown.reason === NO_TARGET)
      return `At ${plural(unknown.users, 'user')} ${NO_TARGET}: state one in k6.config.json, or test loads that can reach one that is there.`;
    const tries = steps.filter(({ users }) => users === unknown.users);
    const [from, to] = [held?.users ?? 1, unknown.users];
    const settledBy = tries.some(({ generatorLimited }) => generatorLimited)
      ? `${test(from, to)} It takes a machine with more time to spare.`
      : test(from, to, { durationS: longEnough(tries) });
    return `At ${plural(unknown.users, 'user')} it could not be judged: ${unknown.reason}. ${settledBy}`;
  }
  const most = loads.at(-1);
  if (held === undefined || most === undefined) return 'No load could be judged.';
  return `All targets hold at ${plural(most.users, 'user')}, the most that was tried: the maximum lies above. ${test(most.users, USL_REACH * most.users)}`;
}

/** Longer than this nobody waits for a step: other loads are settled sooner. Guess: tune. */
const STEP_MAX_S = 3600;
/** On top of what would settle it, if all went as it did. Guess: tune. */
const SPARE = 1.1;

function longEnough(tries: readonly LoadStep[]): number {
  const twiceS = 2 * durationOf(tries);
  const neededS = SPARE * Math.max(...tries.map(({ settledInS }) => settledInS ?? 0));
  return neededS > STEP_MAX_S ? twiceS : Math.max(twiceS, neededS);
}

/** Loads of a test between two that are known. Guess: the search halves what they leave. */
const BETWEEN = 5;

/** What the throughputs of the steps say, and which test of this scenario would say more. */
export function analysisOf(steps: readonly LoadStep[]): UslAnalysis {
  const points = pointsOf(steps);
  const analysis = analyseUsl(points, (loads) => sayTest(steps, loads));
  if (points.length > 0 || steps.length === 0) return analysis;
  const reason = `No load was steady without the generator being its limit. ${sayTest(steps, { ...loadsOf(steps), durationS: 2 * durationOf(steps) })}`;
  return { ...analysis, fit: { ...analysis.fit, reason, kneeReason: reason } };
}

const pointsOf = (steps: readonly LoadStep[]): LoadPoint[] =>
  steps.flatMap(({ users, throughput, throughputCi95, counts }) => {
    if (throughput === null || !counts) return [];
    return [{ users, throughput, ...(throughputCi95 && { throughputSe: (throughputCi95[1] - throughput) / NORMAL_975 }) }];
  });

/** The interval is Student's, so this is more than the standard error by what few batches leave unknown of it. */
const NORMAL_975 = 1.96;
