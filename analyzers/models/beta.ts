import { gammaln } from 'simple-statistics';

/**
 * The beta distribution, on which exact binomial intervals and Student's t rest. simple-statistics has ln Γ but neither this function nor
 * its inverse, and its normal quantile (`probit`) is good to three digits only.
 */

/** Relative step at which the continued fraction has converged. */
const PRECISION = 1e-15;
/** The fraction takes O(√max(a, b)) steps (Numerical Recipes, 3rd ed., §6.4): enough for 10^10 requests. */
const STEPS_MAX = 200_000;
/** Keeps Lentz's method from dividing by zero. */
const TINY = 1e-300;

/**
 * Regularized incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most x. a, b > 0, x in [0, 1].
 * Continued fraction https://dlmf.nist.gov/8.17.E22 by Lentz's method, on the side where it converges fast.
 *
 * @example regularizedBeta(0.5, 2, 3) // 0.6875
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`regularizedBeta needs a and b above 0, not ${a} and ${b}`);
  if (!(x >= 0 && x <= 1)) throw new RangeError(`regularizedBeta needs x in [0, 1], not ${x}`);
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFront = gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) * betaFraction(x, a, b)) / a;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= STEPS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) return fraction;
  }
  return fraction;
}

const awayFromZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/**
 * The x at which a Beta(a, b) variable stays with probability p: the inverse of `regularizedBeta`. By bisection, which cannot miss since
 * the function is monotone; it ends where doubles have no number in between.
 *
 * @example betaQuantile(0.95, 1, 10) // 0.2589: with no failure in 10 tries, 26 % may still fail
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile needs p in [0, 1], not ${p}`);
  let lo = 0;
  let hi = 1;
  for (let middle = 0.5; middle > lo && middle < hi; middle = (lo + hi) / 2) {
    if (hi - lo < PRECISION * hi) break;
    if (regularizedBeta(middle, a, b) < p) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}
