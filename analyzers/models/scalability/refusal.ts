import { ALPHA } from './bootstrap.ts';
import type { LoadPoint, UslSolution } from './least-squares.ts';
import { type LoadRange, moreLoads, sameLoads, smallerLoads } from './next-test.ts';
import { uslSlowdown } from './usl.ts';

/** Why something is not said, and the loads that would settle it; null where the points themselves are wrong. */
export interface Refusal {
  why: string;
  settledBy: LoadRange | null;
}

export const isRefusal = (found: object): found is Refusal => 'why' in found;

/** Three coefficients, and a degree of freedom to judge them by. */
const LOADS_MIN = 4;
/** Beyond any that was ever measured: squares of more than this leave the doubles. */
const POINT_MAX = 1e12;

/** @returns null where a curve can be tried */
export function whyUnusable(points: readonly LoadPoint[]): Refusal | null {
  for (const [i, point] of points.entries()) {
    const why = whyNoPoint(point, points[i - 1]);
    if (why !== null) return { why: `Point ${i + 1} ${why}`, settledBy: null };
  }
  const loads = new Set(points.map(({ users }) => users)).size;
  if (loads < LOADS_MIN) {
    const why = `There ${loads === 1 ? 'is 1 load' : `are ${loads} different loads`}, and a curve of three coefficients needs ${LOADS_MIN} at least.`;
    return { why, settledBy: loads === 0 ? null : moreLoads(points) };
  }
  const rates = new Set(points.map(({ throughput }) => throughput));
  if (rates.size > 1) return null;
  return rates.has(0)
    ? { why: 'Nothing was served at any load.', settledBy: smallerLoads(points[0]?.users ?? 1) }
    : saturated(points, 'the same');
}

function whyNoPoint({ users, throughput }: LoadPoint, before: LoadPoint | undefined): string | null {
  if (!Number.isFinite(users) || !Number.isFinite(throughput)) return 'has no number for its users or its throughput.';
  if (users < 1 || throughput < 0) return `has ${users} users and a throughput of ${throughput}: there are at least 1 and 0.`;
  if (users > POINT_MAX || throughput > POINT_MAX)
    return `has ${users} users and a throughput of ${throughput}: no more than ${POINT_MAX} are taken for measured.`;
  return users < (before?.users ?? 0) ? 'has fewer users than the one before: points go in the order of their load.' : null;
}

export const saturated = (points: readonly LoadPoint[], how: string): Refusal => ({
  why: `Throughput is ${how} at every load: the system was saturated from the first one on.`,
  settledBy: smallerLoads(points[0]?.users ?? 1),
});

/** A straight line of so much scatter is none (its standard deviation, relative to the mean). Guess: four times what a load test has. */
const SCATTER_MAX = 0.2;
/** What the likeliest curve may lack of proportion at the largest load, where noise hides whether it bends: few points prove no straight line. Guess: tune. */
const BEND_MAX = 0.2;

/** @returns null where the points bend more than noise would make a straight line bend */
export function whyNoBend(points: readonly LoadPoint[], solution: UslSolution): (Refusal & { inProportion: boolean }) | null {
  const [xy, xx] = points.reduce(([xy, xx], { users, throughput }) => [xy + users * throughput, xx + users ** 2], [0, 0]);
  const slope = xy / xx;
  const squares = squaresAround(points, ({ users }) => slope * users);
  // Nothing to gain, to the precision of doubles: a straight line indeed.
  if (squares > Number.EPSILON * slope ** 2 * xx && !isNoWorse(points, squares, solution)) return null;
  const scatter = Math.min(Math.sqrt(squares / (points.length - 1)), solution.residualSe) / meanOf(points);
  if (scatter > SCATTER_MAX) {
    const why = `The points scatter by ${Math.round(100 * scatter)} % about any curve, and tell no bend from a straight line.`;
    return { why, settledBy: sameLoads(points), inProportion: false };
  }
  const most = Math.max(...points.map(({ users }) => users));
  const lacking = 1 - 1 / uslSlowdown(solution.law, most);
  if (lacking > BEND_MAX) {
    const why = `The points are too few or too noisy to tell a straight line from a curve by which ${most} users make ${Math.round(100 * lacking)} % less than in proportion.`;
    return { why, settledBy: moreLoads(points), inProportion: false };
  }
  return {
    why: `Throughput grows in proportion to the users up to ${most}: all points lie below the knee, and nothing in them says where it is.`,
    settledBy: moreLoads(points),
    inProportion: true,
  };
}

/** Whether throughput grows with the users no more than noise would have it. */
export function isFlat(points: readonly LoadPoint[], solution: UslSolution): boolean {
  const mean = meanOf(points);
  return isNoWorse(
    points,
    squaresAround(points, () => mean),
    solution,
  );
}

const meanOf = (points: readonly LoadPoint[]): number => points.reduce((sum, { throughput }) => sum + throughput, 0) / points.length;

const squaresAround = (points: readonly LoadPoint[], of: (point: LoadPoint) => number): number =>
  points.reduce((sum, point) => sum + (point.throughput - of(point)) ** 2, 0);

/** Whether a model of one coefficient explains the points as well as the law of three, that it is nested in: the F test. */
function isNoWorse(points: readonly LoadPoint[], squares: number, { sumOfSquares }: UslSolution): boolean {
  const degrees = points.length - 3;
  // At its bounds both are the same but for rounding.
  const f = Math.max(0, squares - sumOfSquares) / 2 / (sumOfSquares / degrees);
  // P(F > f) = I_x(ν/2, 1) with x = ν / (ν + 2f), which is x^(ν/2): https://dlmf.nist.gov/8.17
  return (degrees / (degrees + 2 * f)) ** (degrees / 2) > ALPHA;
}
