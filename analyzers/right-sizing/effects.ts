import type { Target } from '../contract.ts';
import { figure, percent } from '../words.ts';
import type { Impact, RightSizingInput, Shift } from './rule.ts';

/** What a change does to one target of the run. */
export interface Effect {
  target: string;
  effect: 'none' | 'better' | 'worse' | 'unknown';
  /** The value to reckon with after it, in the target's unit: no better than it will be. Null where nothing changes, or nobody knows. */
  estimate: number | null;
  limit: number | null;
  why: string;
}

/** A change with those before it. */
export interface Together {
  latencyMs: number;
  refused: number;
}

/** One in a million: no run can tell it from nothing. Guess: tune. */
const NEGLIGIBLE_SHARE = 1e-6;

/** On every target of the run. @param before what the changes do that are recommended before it */
export const effectsOf = (impact: Impact, before: Together, { targets, load }: Pick<RightSizingInput, 'targets' | 'load'>): Effect[] =>
  targets.map((target) => ({ target: target.id, limit: target.limit, ...effectOn(target, impact, before, load) }));

/** Whether the estimate comes up to the limit. What is no number reaches it. */
export function breaks({ target, effect, estimate, limit }: Effect): boolean {
  if (effect !== 'worse') return false;
  if (estimate === null || limit === null) return true;
  return target === 'throughput' || target === 'availability' ? !(estimate >= limit) : !(estimate < limit);
}

type Said = Pick<Effect, 'effect' | 'estimate' | 'why'>;

function effectOn(target: Target, impact: Impact, before: Together, load: RightSizingInput['load']): Said {
  switch (target.id) {
    case 'latency-avg':
      return ofShift(impact.latencyMs, impact, (ms) => meanLatency(target, ms + before.latencyMs));
    case 'latency-p95':
      return ofShift(impact.latencyMs, impact, (ms) => p95(target, ms + before.latencyMs, load.latencyMsP99));
    case 'error-rate':
      return ofShift(refusing(impact.refused, before), impact, (share) => moved(worstEnd(target, 1), share + before.refused));
    case 'availability':
      return ofShift(refusing(impact.refused, before), impact, (share) => moved(worstEnd(target, 0), -share - before.refused));
    case 'throughput':
      return throughput(target, impact, before, load);
    default:
      return ofOwnThreshold(impact, before);
  }
}

/** @param worse the estimate, and how it comes about; null where it can't be made */
function ofShift(shift: Shift, { why }: Impact, worse: (shift: number) => { estimate: number; how?: string } | null): Said {
  if (shift === 0) return { effect: 'none', estimate: null, why };
  if (shift === 'less') return { effect: 'better', estimate: null, why };
  if (shift === 'unknown') return { effect: 'unknown', estimate: null, why };
  if (shift < 0) return { effect: 'better', estimate: null, why };
  const said = worse(shift);
  if (said === null || !Number.isFinite(said.estimate))
    return { effect: 'unknown', estimate: null, why: `what it was is not known: ${why}` };
  return { effect: 'worse', estimate: said.estimate, why: said.how === undefined ? why : `${why}; ${said.how}` };
}

/** Nothing, where it is next to nothing with all before it. */
const refusing = (share: Shift, before: Together): Shift =>
  typeof share === 'number' && share >= 0 && share + before.refused <= NEGLIGIBLE_SHARE ? 0 : share;

/** The end of the interval that is nearer to the limit. */
const worstEnd = ({ value, interval }: Target, end: 0 | 1): number | null => interval?.[end] ?? value;

const moved = (value: number | null, by: number): { estimate: number } | null => (value === null ? null : { estimate: value + by });

const meanLatency = (target: Target, ms: number): { estimate: number } | null => moved(worstEnd(target, 1), ms);

/** Of the 5 % that p95 leaves above it, what p99 leaves for those that are delayed most. */
const DELAYED_MOST = 0.04;

/**
 * Who is delayed is not known, only by how much in the mean. 1 % of the requests took longer than p99 before, and at most 4 % are delayed by more than
 * 25 times the mean delay (Markov's inequality): so at most 5 % take longer than both together, however the delay is spread.
 */
function p95(target: Target, ms: number, p99: number | null): { estimate: number; how: string } | null {
  const worst = worstEnd(target, 1);
  if (worst === null || p99 === null) return null;
  const estimate = Math.max(worst, p99 + ms / DELAYED_MOST);
  return { estimate, how: `at most p99 of the run and ${1 / DELAYED_MOST} times the mean delay, however it is spread` };
}

/** Users who wait longer send less: N/(N/X + delay) instead of X (the interactive response time law: Lazowska et al. 1984, ch. 3). What is refused does not count. */
function throughput(target: Target, impact: Impact, before: Together, { users, requestsPerS, factor }: RightSizingInput['load']): Said {
  const { latencyMs } = impact;
  const refused = refusing(impact.refused, before);
  if (latencyMs === 'unknown' || refused === 'unknown') return { effect: 'unknown', estimate: null, why: impact.why };
  if (target.verdict === 'skipped')
    return {
      effect: 'none',
      estimate: null,
      why: `sized for ${figure(factor)} times the load of the run, which is what the target asks for`,
    };
  const [delayMs, share] = [positive(latencyMs), positive(refused)];
  if (delayMs === 0 && share === 0)
    return { effect: latencyMs === 0 && refused === 0 ? 'none' : 'better', estimate: null, why: impact.why };
  const carried = worstEnd(target, 0);
  if (carried === null || !(carried > 0) || requestsPerS === null)
    return { effect: 'unknown', estimate: null, why: 'how many requests there were is not known' };
  const delayS = (delayMs + before.latencyMs) / 1000;
  const slowed = users === null || users === 0 ? 1 : 1 / (1 + (requestsPerS * delayS) / users);
  const estimate = carried * slowed * (1 - share - before.refused);
  return { effect: 'worse', estimate, why: `${percent(1 - estimate / carried)} less, of the lower end of its interval: ${impact.why}` };
}

const positive = (shift: Shift): number => (typeof shift === 'number' ? Math.max(0, shift) : 0);

/** A threshold of the script's own is known by its name and verdict only. */
function ofOwnThreshold({ latencyMs, refused, why }: Impact, before: Together): Said {
  if (latencyMs === 0 && refusing(refused, before) === 0) return { effect: 'none', estimate: null, why };
  return { effect: 'unknown', estimate: null, why: 'only k6 can judge it' };
}

/** What is no number is not known. */
export function knownOf({ latencyMs, refused, why }: Impact): Impact {
  const known = (shift: Shift): Shift => (typeof shift === 'number' && !Number.isFinite(shift) ? 'unknown' : shift);
  return { latencyMs: known(latencyMs), refused: known(refused), why };
}

/** Those that make nothing worse leave it as it is: what gets better is not counted on. */
export const together = (before: Together, { latencyMs, refused }: Impact): Together => ({
  latencyMs: before.latencyMs + positive(latencyMs),
  refused: before.refused + positive(refused),
});
