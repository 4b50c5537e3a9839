import { regularizedBeta } from '../beta.ts';
import type { Interval } from '../intervals.ts';
import { type Random, randomSource } from '../random.ts';
import { tQuantile } from '../student-t.ts';
import { type LoadPoint, leastSquares, type UslSolution } from './least-squares.ts';
import { levelOf } from './level.ts';
import { type UslCoefficients, uslCeiling, uslPeak, uslThroughput } from './usl.ts';

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

/** What points of load say of a system's scalability. */
export interface UslFit {
  model: 'usl';
  /** Inconclusive without a peak that the points bracket or come near to. */
  verdict: 'estimated' | 'inconclusive';
  /** Null where there is no curve, as `reason` says. */
  coefficients: Record<keyof UslCoefficients, Coefficient> | null;
  /** Null where the points don't show it. */
  peak: UslPeak | null;
  /** Throughput that no number of users gets above: where it levels off, else what contention alone leaves, λ/σ. Null where it can't be told from none. */
  limit: number | null;
  /** Why it is inconclusive, and what would settle it. */
  reason: string | null;
  /** Null where nothing was tested. */
  testedUsersMax: number | null;
}

const CONFIDENCE = 0.95;
const ALPHA = 1 - CONFIDENCE;
/** Three coefficients, and a degree of freedom to judge them by. */
const LOADS_MIN = 4;
/** Beyond so many times the tested load a peak is a guess. */
export const USL_REACH = 2;
/** How sure κ has to be above zero for a peak that was not reached: of many tests that stop early, one in twenty would show one that isn't there. */
const BEYOND = 0.99;
/** Percentiles of 2.5 % then rest on 25 draws. */
const DRAWS = 1000;
const SEED = 1;

/**
 * Fits the Universal Scalability Law, or says why it doesn't. Nothing is estimated past twice the tested load, nor from points that can't tell a bend from
 * a straight line.
 *
 * @param points in order of their users; several of the same load are repetitions
 *
 * @example fitUsl([{ users: 1, throughput: 65 }, …]).peak // { users: 96.5, throughput: 1884, ci95: [83, 121], … }
 */
export function fitUsl(points: readonly LoadPoint[]): UslFit {
  const testedUsersMax = points.length === 0 ? null : Math.max(...points.map(({ users }) => users));
  const refused = (reason: string): UslFit => ({
    ...{ model: 'usl', verdict: 'inconclusive', coefficients: null, peak: null, limit: null, reason },
    testedUsersMax: Number.isFinite(testedUsersMax) ? testedUsersMax : null,
  });
  const unusable = whyUnusable(points);
  if (unusable !== null || testedUsersMax === null) return refused(unusable ?? 'there are no points');
  const solution = leastSquares(points);
  const coefficients = coefficientsOf(solution, points.length - 3);
  if (coefficients === null) return refused(`These loads don't determine three coefficients. ${moreLoads(testedUsersMax)}`);
  if (isStraight(points, solution)) {
    return refused(
      `Throughput grows in proportion to the users up to ${testedUsersMax}: all points lie below the knee, and nothing in them says where it is. ${moreLoads(testedUsersMax)}`,
    );
  }
  const { sigma, kappa } = coefficients;
  const level = kappa.ci95[0] > 0 ? levelOf(points, solution.sumOfSquares) : null;
  const ceiling = level ?? (sigma.ci95[0] > 0 ? uslCeiling(solution.law) : null);
  const limit = ceiling === null ? null : withinReach(ceiling, points);
  const found = level !== null ? whyNoFall(testedUsersMax) : peakOf(points, solution, kappa, testedUsersMax);
  return typeof found === 'string'
    ? { model: 'usl', verdict: 'inconclusive', coefficients, peak: null, limit, reason: found, testedUsersMax }
    : { model: 'usl', verdict: 'estimated', coefficients, peak: found, limit, reason: null, testedUsersMax };
}

export interface CurvePoint {
  users: number;
  throughput: number;
  ci95: Interval;
}

/**
 * The fitted curve with its 95 % band, from one user to twice the tested load and no further, and to the tested load only where nothing says that it falls
 * as the law does; empty where `fit` has no curve.
 */
export function uslCurve(points: readonly LoadPoint[], { coefficients, peak, testedUsersMax }: UslFit, count = 41): CurvePoint[] {
  if (coefficients === null || testedUsersMax === null) return [];
  const solution = leastSquares(points);
  const draws = uslDraws(points, solution);
  return Array.from({ length: count }, (_, i) => {
    const users = 1 + (((peak === null ? 1 : USL_REACH) * testedUsersMax - 1) * i) / (count - 1);
    return { users, throughput: uslThroughput(solution.law, users), ci95: intervalOf(draws, (law) => uslThroughput(law, users)) };
  });
}

/**
 * Laws that the same system might have been measured to have: a parametric bootstrap (Efron & Tibshirani 1993, §6.5). Each draw makes the points anew with
 * normal noise, whose size is drawn as well (s²·ν/χ²), since few points know it badly: without that, intervals from eight loads hold the truth too seldom.
 */
export function uslDraws(points: readonly LoadPoint[], { law, residualSe }: Pick<UslSolution, 'law' | 'residualSe'>): UslCoefficients[] {
  const random = randomSource(SEED);
  const degrees = points.length - 3;
  return Array.from({ length: DRAWS }, () => {
    const sd = residualSe * Math.sqrt(degrees / chiSquare(degrees, random));
    const drawn = points.map(({ users }) => ({ users, throughput: Math.max(0, uslThroughput(law, users) + sd * random.normal()) }));
    return leastSquares(drawn, law).law;
  });
}

/** The middle 95 % of what the draws say; infinite where more than so few of them have no value (null). */
export function intervalOf(draws: readonly UslCoefficients[], of: (law: UslCoefficients) => number | null): Interval {
  const sorted = draws.map((law) => of(law) ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  // Without interpolation, which would make NaN of two infinite neighbours.
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
  return [at(ALPHA / 2), at(1 - ALPHA / 2)];
}

const moreLoads = (testedUsersMax: number): string => `Test up to ${USL_REACH * testedUsersMax} users, in at least ${LOADS_MIN} steps.`;

function whyUnusable(points: readonly LoadPoint[]): string | null {
  for (const [i, { users, throughput }] of points.entries()) {
    const at = `Point ${i + 1}`;
    if (!Number.isFinite(users) || !Number.isFinite(throughput)) return `${at} has no number for its users or its throughput.`;
    if (users < 1 || throughput < 0) return `${at} has ${users} users and a throughput of ${throughput}: there are at least 1 and 0.`;
    if (users < (points[i - 1]?.users ?? 0)) return `${at} has fewer users than the one before: points go in the order of their load.`;
  }
  const loads = new Set(points.map(({ users }) => users)).size;
  if (loads < LOADS_MIN) return `There are ${loads} different loads, and a curve of three coefficients needs ${LOADS_MIN} at least.`;
  if (new Set(points.map(({ throughput }) => throughput)).size === 1)
    return 'Throughput is the same at every load: the system was saturated from the first one on. Test smaller loads.';
  return null;
}

function coefficientsOf({ law, standardErrors }: UslSolution, degrees: number): UslFit['coefficients'] {
  if (!standardErrors?.every(Number.isFinite)) return null;
  const t = tQuantile(1 - ALPHA / 2, degrees);
  const of = (value: number, se: number): Coefficient => ({ value, se, ci95: [value - t * se, value + t * se] });
  const [lambda, sigma, kappa] = standardErrors;
  return { lambda: of(law.lambda, lambda), sigma: of(law.sigma, sigma), kappa: of(law.kappa, kappa) };
}

/** Whether the bend is no more than noise would give a straight line: the F test of two nested models. */
function isStraight(points: readonly LoadPoint[], { sumOfSquares }: UslSolution): boolean {
  const [xy, xx] = points.reduce(([xy, xx], { users, throughput }) => [xy + users * throughput, xx + users ** 2], [0, 0]);
  const slope = xy / xx;
  const straight = points.reduce((sum, { users, throughput }) => sum + (throughput - slope * users) ** 2, 0);
  const degrees = points.length - 3;
  // With σ = κ = 0 both are the same line but for rounding.
  const f = Math.max(0, straight - sumOfSquares) / 2 / (sumOfSquares / degrees);
  // Nothing to gain, to the precision of doubles: a straight line indeed.
  if (straight <= Number.EPSILON * slope ** 2 * xx) return true;
  // P(F > f) = I_x(ν/2, 1) with x = ν / (ν + 2f): https://dlmf.nist.gov/8.17
  return regularizedBeta(degrees / (degrees + 2 * f), degrees / 2, 1) > ALPHA;
}

/** As with users: more than twice what was measured is a guess. */
const withinReach = (level: number, points: readonly LoadPoint[]): number | null =>
  level > USL_REACH * Math.max(...points.map(({ throughput }) => throughput)) ? null : level;

const whyNoFall = (testedUsersMax: number): string =>
  `A curve that levels off explains these loads as well as one that falls, or better: no peak can be given. ${moreLoads(testedUsersMax)}`;

/** @returns why not, where there is none */
function peakOf(points: readonly LoadPoint[], solution: UslSolution, kappa: Coefficient, testedUsersMax: number): UslPeak | string {
  if (!(kappa.ci95[0] > 0))
    return `The interval of κ holds zero: within the noise, throughput may never fall again, so that no peak can be given. ${moreLoads(testedUsersMax)}`;
  const peak = uslPeak(solution.law);
  if (peak === null) return 'With σ ≥ 1 throughput never grows: there is no peak above one user.';
  const testedUsersMin = Math.min(...points.map(({ users }) => users));
  if (USL_REACH * peak.users < testedUsersMin)
    return `The curve's peak, at ${Math.round(peak.users)} users, lies far below the smallest load tested, ${testedUsersMin}: that is a guess. Test smaller loads.`;
  if (peak.users > USL_REACH * testedUsersMax)
    return `The curve's peak is at ${Math.round(peak.users)} users, more than ${USL_REACH} times the tested ${testedUsersMax}: that is a guess. ${moreLoads(testedUsersMax)}`;
  if (peak.users > testedUsersMax && !(kappa.value > tQuantile(BEYOND / 2 + 0.5, points.length - 3) * kappa.se))
    return `The curve's peak, at ${Math.round(peak.users)} users, lies beyond the tested ${testedUsersMax}, and the bend is not sure enough to believe it. ${moreLoads(testedUsersMax)}`;
  const draws = uslDraws(points, solution);
  const ci95 = intervalOf(draws, (law) => uslPeak(law)?.users ?? null);
  if (!Number.isFinite(ci95[1])) return `The peak's interval has no upper end. ${moreLoads(testedUsersMax)}`;
  return { ...peak, ci95, throughputCi95: intervalOf(draws, (law) => uslPeak(law)?.throughput ?? null) };
}

/** As the sum of so many squared normals. */
const chiSquare = (degrees: number, random: Random): number =>
  Array.from({ length: degrees }, () => random.normal() ** 2).reduce((sum, square) => sum + square, 0);
