import type { Interval } from '../intervals.ts';
import { tQuantile } from '../student-t.ts';
import { ALPHA, intervalOf, uslDraws } from './bootstrap.ts';
import { believed, either, type Knee, kneeBelow, kneeOf } from './knee.ts';
import { type LoadPoint, leastSquares, type UslSolution } from './least-squares.ts';
import { levelOf } from './level.ts';
import { inWords, moreLoads, type NextTest } from './next-test.ts';
import { type Coefficient, noFall, peakOf, USL_REACH, type UslPeak } from './peak.ts';
import { isFlat, isRefusal, type Refusal, saturated, whyNoBend, whyUnusable } from './refusal.ts';
import { type UslCoefficients, uslCeiling, uslThroughput } from './usl.ts';

/** What points of load say of a system's scalability. */
export interface UslFit {
  model: 'usl';
  /** Inconclusive without a peak that the points bracket or come near to. */
  verdict: 'estimated' | 'inconclusive';
  /** Null where there is no curve, as `reason` says. */
  coefficients: Record<keyof UslCoefficients, Coefficient> | null;
  /** Null where the points don't show it. */
  peak: UslPeak | null;
  /** Where the light-load line meets the most throughput there is; null where the points don't show it, as `kneeReason` says. */
  knee: Knee | null;
  /** Why there is no knee, and what would settle it. */
  kneeReason: string | null;
  /** Throughput that no number of users gets above: where it levels off, else what contention alone leaves, λ/σ. Null where it can't be told from none. */
  limit: number | null;
  /** Why it is inconclusive, and what would settle it. */
  reason: string | null;
  /** Null where nothing was tested. */
  testedUsersMax: number | null;
}

/** A fit, and what a bootstrap of it says of other figures. */
export interface UslAnalysis {
  fit: UslFit;
  /** Laws that the same system might have been measured to have, drawn once; none where there is no curve. */
  draws: readonly UslCoefficients[];
  /** Whether throughput grew in proportion to the users in all of the test: then there is no curve yet, and this instead. */
  inProportion: boolean;
}

/**
 * Fits the Universal Scalability Law, or says why it doesn't. Nothing is estimated past twice the tested load, nor from points that can't tell a bend from
 * a straight line.
 *
 * @param points in order of their users; several of the same load are repetitions
 * @param nextTest how reasons say which test would settle it
 *
 * @example fitUsl([{ users: 1, throughput: 65 }, …]).peak // { users: 96.5, throughput: 1884, ci95: [77, 151], … }
 */
export const fitUsl = (points: readonly LoadPoint[], nextTest: NextTest = inWords): UslFit => analyseUsl(points, nextTest).fit;

/** As `fitUsl`, for those who want further figures with their intervals. */
export function analyseUsl(points: readonly LoadPoint[], nextTest: NextTest = inWords): UslAnalysis {
  const most = points.length === 0 ? null : Math.max(...points.map(({ users }) => users));
  const testedUsersMax = Number.isFinite(most) ? most : null;
  const without = { model: 'usl', verdict: 'inconclusive', peak: null, knee: null } as const;
  const said = ({ why, settledBy }: Refusal): string => (settledBy === null ? why : `${why} ${nextTest(settledBy)}`);
  const refused = (refusal: Refusal, inProportion = false): UslAnalysis => {
    const reason = said(refusal);
    return { fit: { ...without, coefficients: null, limit: null, reason, kneeReason: reason, testedUsersMax }, draws: [], inProportion };
  };
  const unusable = whyUnusable(points);
  if (unusable !== null) return refused(unusable);
  const solution = leastSquares(points);
  const coefficients = coefficientsOf(solution, points.length - 3);
  if (coefficients === null) return refused({ why: "These loads don't determine three coefficients.", settledBy: moreLoads(points) });
  const bend = whyNoBend(points, solution);
  if (bend !== null) return refused(bend, bend.inProportion);
  const draws = uslDraws(points, solution);
  const level = coefficients.kappa.ci95[0] > 0 ? levelOf(points, { squares: solution.sumOfSquares, sigma: coefficients.sigma }) : null;
  const found = level === null ? peakOf(points, solution, coefficients.kappa, draws) : noFall(points);
  if (isRefusal(found) && isFlat(points, solution)) return refused(saturated(points, 'within the noise the same'));
  const ceiling = level ?? (coefficients.sigma.ci95[0] > 0 ? uslCeiling(solution.law) : null);
  const limit = ceiling === null ? null : withinReach(ceiling, points);
  const falling = kneeBelow(solution, draws);
  // Where the points don't say whether throughput falls or levels off, either may be so.
  const knee = believed(points, isRefusal(found) ? either(kneeOf(points), falling) : falling);
  const kneeSaid = isRefusal(knee) ? { knee: null, kneeReason: said(knee) } : { knee, kneeReason: null };
  const fit = { model: 'usl', coefficients, limit, ...kneeSaid, testedUsersMax } as const;
  return isRefusal(found)
    ? { fit: { ...fit, verdict: 'inconclusive', peak: null, reason: said(found) }, draws, inProportion: false }
    : { fit: { ...fit, verdict: 'estimated', peak: found, reason: null }, draws, inProportion: false };
}

export interface CurvePoint {
  users: number;
  throughput: number;
  ci95: Interval;
}

/**
 * Throughput at a load with its 95 % interval, by bootstrap: from one user to twice the tested load and no further, and to the tested load only where nothing
 * says that it falls as the law does.
 *
 * @returns the reason, where there is none
 *
 * @example uslThroughputInterval(analyseUsl(points), 150) // { users: 150, throughput: 1809, ci95: [1676, 1942] }
 */
export function uslThroughputInterval({ fit, draws }: UslAnalysis, users: number): CurvePoint | { reason: string } {
  if (fit.coefficients === null) return { reason: fit.reason ?? 'There is no curve.' };
  const most = reachOf(fit);
  if (!(users >= 1 && users <= most)) return { reason: `The curve is known from 1 to ${most} users, not at ${users}.` };
  const { lambda, sigma, kappa } = fit.coefficients;
  const law = { lambda: lambda.value, sigma: sigma.value, kappa: kappa.value };
  return { users, throughput: uslThroughput(law, users), ci95: intervalOf(draws, (drawn) => uslThroughput(drawn, users)) };
}

const reachOf = ({ peak, testedUsersMax }: UslFit): number => (peak === null ? 1 : USL_REACH) * (testedUsersMax ?? 0);

/** The fitted curve with its band, for drawing: as far as it is known, and empty where it isn't. */
export function uslCurve(analysis: UslAnalysis, count = 41): CurvePoint[] {
  const most = reachOf(analysis.fit);
  return Array.from({ length: count }, (_, i) => 1 + ((most - 1) * i) / (count - 1)).flatMap((users) => {
    const point = uslThroughputInterval(analysis, users);
    return 'reason' in point ? [] : [point];
  });
}

function coefficientsOf({ law, standardErrors }: UslSolution, degrees: number): UslFit['coefficients'] {
  if (!standardErrors?.every(Number.isFinite)) return null;
  const t = tQuantile(1 - ALPHA / 2, degrees);
  const of = (value: number, se: number): Coefficient => ({ value, se, ci95: [value - t * se, value + t * se] });
  const [lambda, sigma, kappa] = standardErrors;
  return { lambda: of(law.lambda, lambda), sigma: of(law.sigma, sigma), kappa: of(law.kappa, kappa) };
}

/** As with users: more than twice what was measured is a guess. */
const withinReach = (level: number, points: readonly LoadPoint[]): number | null =>
  level > USL_REACH * Math.max(...points.map(({ throughput }) => throughput)) ? null : level;
