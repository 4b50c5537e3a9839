import type { Interval } from './intervals.ts';
import { lineThrough } from './line.ts';

/** How busy a resource was while the system did so much. */
export interface UtilisationPoint {
  /** Of the whole system, per second. */
  throughput: number;
  /** Units in use: busy servers, concurrent executions, capacity units a second, megabytes; or a share of 1. */
  used: number;
}

export interface Demand {
  /** What each unit of throughput uses: seconds of a server, capacity units of a request. */
  perRequest: number;
  perRequestCi95: Interval;
  /** What is used with no load at all. */
  idle: number;
  idleCi95: Interval;
  /** The throughput at which the limit is reached; null where use doesn't grow with throughput, as far as can be told. */
  saturation: { throughput: number; ci95: Interval } | null;
  /** Why there is no saturation, or no demand at all. */
  reason: string | null;
}

const POINTS_MIN = 3;
/** Guess: nothing is measured more exactly than what does a hundredth of the most, and nothing at all is not measured without noise. */
const THROUGHPUT_MIN = 0.01;

/**
 * The utilisation law, U = X·D, turned around: the demand D of a resource is the slope of its use over the system's throughput (Denning & Buzen 1978;
 * Menascé & Almeida 2004, §3.3.1). Saturation is where the line meets the limit; its interval is Fieller's, which is right also where the slope is not
 * known well: then it has no upper end (Infinity).
 *
 * What was used is the sum of what each of X·T requests took, so that the variance of its mean over T grows with X, and the points weigh in proportion to 1/X
 * (Cochran 1977, §6.7). Without weights the noise near the limit, where it matters, would be taken for that of all points, which is less.
 *
 * @param points in any order, at least three different throughputs, all of them below the limit: what is saturated uses no more with more load
 * @param limit in the unit of `used`
 * @returns the reason, where the points allow no line
 *
 * @example demandOf([{ throughput: 10, used: 0.2 }, { throughput: 20, used: 0.4 }, { throughput: 30, used: 0.6 }], 1).saturation // at 50
 */
export function demandOf(points: readonly UtilisationPoint[], limit: number): Demand | { reason: string } {
  if (!(limit > 0)) return { reason: `The limit is ${limit}, not above 0.` };
  const bad = points.findIndex(
    ({ throughput, used }) => !(throughput >= 0 && used >= 0 && Number.isFinite(throughput) && Number.isFinite(used)),
  );
  if (bad !== -1) return { reason: `Point ${bad + 1} has no number of 0 or more for its throughput or its use.` };
  const loads = new Set(points.map(({ throughput }) => throughput)).size;
  if (loads < POINTS_MIN)
    return { reason: `There are ${loads} different loads, and a line with an interval needs ${POINTS_MIN} at least.` };
  const least = THROUGHPUT_MIN * Math.max(...points.map(({ throughput }) => throughput));
  const line = lineThrough(
    points.map(({ throughput, used }) => [throughput, used]),
    points.map(({ throughput }) => 1 / Math.max(least, throughput)),
  );
  const { slope, intercept: idle, slopeVariance, interceptVariance: idleVariance, covariance, t } = line;
  const half = t * Math.sqrt(slopeVariance);
  const idleHalf = t * Math.sqrt(idleVariance);
  const demand = {
    perRequest: slope,
    perRequestCi95: [slope - half, slope + half] as Interval,
    idle,
    idleCi95: [idle - idleHalf, idle + idleHalf] as Interval,
  };
  if (!(slope - half > 0)) return { ...demand, saturation: null, reason: 'Its use does not grow with throughput, within the noise.' };
  if (idle >= limit) return { ...demand, saturation: null, reason: 'Its limit is reached with no load at all.' };
  // (limit − idle) / slope, where cov(limit − idle, slope) = −cov(idle, slope).
  const ci95 = fieller({ a: limit - idle, b: slope, va: idleVariance, vb: slopeVariance, vab: -covariance, t });
  return { ...demand, saturation: { throughput: (limit - idle) / slope, ci95 }, reason: null };
}

interface Ratio {
  a: number;
  b: number;
  va: number;
  vb: number;
  vab: number;
  t: number;
}

/** Interval of a / b (Fieller 1954): all ρ for which a − ρb can't be told from 0. b is clearly above 0 here, so that it is one interval. */
function fieller({ a, b, va, vb, vab, t }: Ratio): Interval {
  const g = (t ** 2 * vb) / b ** 2;
  const ratio = a / b;
  const middle = ratio - (g * vab) / vb;
  if (vb === 0) return [ratio, ratio];
  const root = (t / b) * Math.sqrt(Math.max(0, va - 2 * ratio * vab + ratio ** 2 * vb - g * (va - vab ** 2 / vb)));
  return [Math.max(0, (middle - root) / (1 - g)), (middle + root) / (1 - g)];
}
