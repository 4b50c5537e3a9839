import type { Interval } from '../intervals.ts';
import { tQuantile } from '../student-t.ts';
import { intervalOf } from './bootstrap.ts';
import type { LoadPoint, UslSolution } from './least-squares.ts';
import { moreLoads, smallerLoads } from './next-test.ts';
import type { Refusal } from './refusal.ts';
import { type UslCoefficients, uslPeak } from './usl.ts';

export interface Coefficient {
  value: number;
  /** Standard error. */
  se: number;
  /** Student's, with n − 3 degrees of freedom. */
  ci95: Interval;
}

export interface UslPeak {
  users: number;
  throughput: number;
  /** Of the users, and of the throughput there: by bootstrap. */
  ci95: Interval;
  throughputCi95: Interval;
}

/** Beyond so many times the tested load a peak is a guess. */
export const USL_REACH = 2;
/** How sure κ has to be above zero for a peak that was not reached: of many tests that stop early, one in twenty would show one that isn't there. */
const BEYOND = 0.99;
export const noFall = (points: readonly LoadPoint[]): Refusal => ({
  why: 'A curve that levels off explains these loads as well as one that falls, or better: no peak can be given.',
  settledBy: moreLoads(points),
});

/** A test that is to bracket a peak goes on to so many times its users (docs/capacity.md has how often it is shown then), … */
const BRACKET = 2;
/** … where that is no more than so many times the tested load. Guess: beyond it the estimate is worth nothing. */
const TRUSTED = 10;

/** @returns why not, where there is none */
export function peakOf(
  points: readonly LoadPoint[],
  { law }: UslSolution,
  kappa: Coefficient,
  draws: readonly UslCoefficients[],
): UslPeak | Refusal {
  const [least, most] = [Math.min(...points.map(({ users }) => users)), Math.max(...points.map(({ users }) => users))];
  const peak = uslPeak(law);
  if (peak === null || !(kappa.ci95[0] > 0))
    return {
      why: 'The interval of κ holds zero: within the noise, throughput may never fall again, so that no peak can be given.',
      settledBy: moreLoads(points),
    };
  const users = Math.round(peak.users);
  if (peak.users <= 1)
    return { why: 'Throughput only falls with more users than one: there is no peak above it.', settledBy: smallerLoads(most) };
  if (USL_REACH * peak.users < least)
    return {
      why: `The curve's peak, at ${users} users, lies far below the smallest load tested, ${least}: that is a guess.`,
      settledBy: smallerLoads(least),
    };
  const bracketing = moreLoads(points, Math.min(BRACKET * peak.users, TRUSTED * most));
  if (peak.users > USL_REACH * most)
    return {
      why: `The curve's peak is at ${users} users, more than ${USL_REACH} times the tested ${most}: that is a guess.`,
      settledBy: bracketing,
    };
  if (peak.users > most && !(kappa.value > tQuantile(BEYOND / 2 + 0.5, points.length - 3) * kappa.se))
    return {
      why: `The curve's peak, at ${users} users, lies beyond the tested ${most}, and the bend is not sure enough to believe it.`,
      settledBy: bracketing,
    };
  const ci95 = intervalOf(draws, (drawn) => uslPeak(drawn)?.users ?? null);
  if (!Number.isFinite(ci95[1])) return { why: "The peak's interval has no upper end.", settledBy: bracketing };
  return { ...peak, ci95, throughputCi95: intervalOf(draws, (drawn) => uslPeak(drawn)?.throughput ?? null) };
}
