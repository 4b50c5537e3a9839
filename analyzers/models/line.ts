import { linearRegression } from 'simple-statistics';
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
 * Ordinary least squares with the variances of both coefficients (Draper & Smith, Applied Regression Analysis, 3rd ed., §1.4). simple-statistics has the
 * line, and no variances.
 *
 * @param points at least three, of at least two different x
 */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line {
  const n = points.length;
  const { m: slope, b: intercept } = linearRegression(points.map(([x, y]) => [x, y]));
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const residual = points.reduce((sum, [x, y]) => sum + (y - intercept - slope * x) ** 2, 0) / (n - 2);
  return {
    slope,
    intercept,
    slopeVariance: residual / spread,
    interceptVariance: residual * (1 / n + meanX ** 2 / spread),
    covariance: (-residual * meanX) / spread,
    t: tQuantile(1 - ALPHA / 2, n - 2),
  };
}
