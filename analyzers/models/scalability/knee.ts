import type { Interval } from '../intervals.ts';
import { tQuantile } from '../student-t.ts';
import { bestBlend, KNEE } from './blend.ts';
import { intervalOf } from './bootstrap.ts';
import type { LoadPoint, UslSolution } from './least-squares.ts';
import { moreLoads, smallerLoads } from './next-test.ts';
import { USL_REACH } from './peak.ts';
import type { Refusal } from './refusal.ts';
import { type UslCoefficients, uslCeiling, uslPeak } from './usl.ts';

/** The users at which throughput's two asymptotes cross. */
export interface Knee {
  users: number;
  ci95: Interval;
}

/**
 * Of throughput that levels off: where the light-load line, N/(R + Z), meets the most that the bottleneck lets through, 1/D. Up to N* = (R + Z)/D users
 * nobody would have to wait, were all of them evenly spaced; beyond it somebody does (Denning & Buzen 1978; Lazowska et al. 1984, §5.2).
 *
 * The interval is that of the profiled squares: all knees with which some ceiling and some sharpness explain the points as well, by the F test of one
 * coefficient (Bates & Watts 1988, §6.1). An end that the points leave open is 0, or Infinity.
 *
 * @param points at least four
 */
export function kneeOf(points: readonly LoadPoint[]): Knee {
  const { knee, squares } = bestBlend(points, BOX);
  const degrees = points.length - 3;
  const bound = squares * (1 + tQuantile(0.975, degrees) ** 2 / degrees);
  const explains = (logKnee: number): boolean => bestBlend(points, [[logKnee, logKnee], SHARPNESS]).squares <= bound;
  const usersMax = Math.max(...points.map(({ users }) => users));
  const best = Math.log(knee / usersMax);
  const users = (logKnee: number): number => usersMax * Math.exp(logKnee);
  const [lo, hi] = [lastThat(explains, best, LEAST), lastThat(explains, best, MOST)];
  return { users: knee, ci95: [lo === LEAST ? 0 : users(lo), hi === MOST ? Number.POSITIVE_INFINITY : users(hi)] };
}

const [[LEAST, MOST], [, SHARPEST]] = KNEE;
/** No softer than contention: no closed network of queues is, whose work is spread evenly over them at worst (balanced job bounds, Zahorjan et al. 1982). */
const SHARPNESS = [0, SHARPEST] as const;
const BOX = [[LEAST, MOST], SHARPNESS] as const;

/** The whole way is looked at in so many places, since the squares may have more than one valley, and the step between two halved so often. */
const PLACES = 24;
const HALVINGS = 12;

/** The last place on the way `to` that still does; `to` itself where it does. */
function lastThat(does: (at: number) => boolean, from: number, to: number): number {
  const place = (i: number): number => from + ((to - from) * i) / PLACES;
  const last = Array.from({ length: PLACES + 1 }, (_, i) => i).findLast((i) => does(place(i))) ?? 0;
  if (last === PLACES) return to;
  let [inside, outside] = [place(last), place(last + 1)];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (inside + outside) / 2;
    if (does(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/** Of the law: where the light-load line, λN, meets the most throughput there is. */
export function kneeBelow({ law }: UslSolution, draws: readonly UslCoefficients[]): Knee {
  const of = (drawn: UslCoefficients): number =>
    (uslPeak(drawn)?.throughput ?? uslCeiling(drawn) ?? Number.POSITIVE_INFINITY) / drawn.lambda;
  return { users: of(law), ci95: intervalOf(draws, of) };
}

export const either = ({ users, ci95 }: Knee, other: Knee): Knee => ({
  users,
  ci95: [Math.min(ci95[0], other.ci95[0]), Math.max(ci95[1], other.ci95[1])],
});

/** A knee beyond the largest load would be a guess, and so would one far below the smallest: nobody saw what it is between. */
export function believed(points: readonly LoadPoint[], { users, ci95 }: Knee): Knee | Refusal {
  const [least, most] = [Math.min(...points.map((each) => each.users)), Math.max(...points.map((each) => each.users))];
  if (USL_REACH * users < least || ci95[0] === 0)
    return {
      why: `The points don't show how throughput grows before the knee, which may lie far below the smallest load tested, ${least}.`,
      settledBy: smallerLoads(most),
    };
  if (ci95[1] > most)
    return {
      why: `The points don't show where throughput stops growing with the users: the knee may lie beyond the ${most} that were tested.`,
      settledBy: moreLoads(points),
    };
  return { users, ci95 };
}
