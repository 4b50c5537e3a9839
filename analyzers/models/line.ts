import { tQuantile } from './student-t.ts';

export interface Line {
  slope: number;
  intercept: number;
  slopeVariance: number;
  interceptVariance: number;
  covariance: number;
  /** Student's quantile of a two-sided 95 % interval, with n − 2 degrees of freedom. */
  t: number;
}

const ALPHA = 0.05;

/**
 * Least squares with the variances of both coefficients (Draper & Smith, Applied Regression Analysis, 3rd ed., §1.4; weighted §9.2). simple-statistics has the
 * line, and neither variances nor weights.
 *
 * @param points at least three, of at least two different x
 * @param weights of the points, in proportion to the inverse of their noise's variance; above 0
 */
export function lineThrough(points: readonly (readonly [x: number, y: number])[], weights: readonly number[] = points.map(() => 1)): Line {
  const sum = (of: (x: number, y: number) => number): number =>
    points.reduce((total, [x, y], i) => total + (weights[i] ?? 0) * of(x, y), 0);
  const degrees = points.length - 2;
  const weight = sum(() => 1);
  const [meanX, meanY] = [sum((x) => x) / weight, sum((_, y) => y) / weight];
  const spread = sum((x) => (x - meanX) ** 2);
  const slope = sum((x, y) => (x - meanX) * (y - meanY)) / spread;
  const intercept = meanY - slope * meanX;
  const residual = sum((x, y) => (y - intercept - slope * x) ** 2) / degrees;
  return {
    slope,
    intercept,
    slopeVariance: residual / spread,
    interceptVariance: residual * (1 / weight + meanX ** 2 / spread),
    covariance: (-residual * meanX) / spread,
    t: tQuantile(1 - ALPHA / 2, degrees),
  };
}
