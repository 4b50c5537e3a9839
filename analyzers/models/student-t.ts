import { betaQuantile } from './beta.ts';

/**
 * Quantile of Student's t with `degrees` of freedom (≥ 1), for p in (0, 1). By its relation to the beta distribution:
 * 2·P(T > t) = I_x(ν/2, 1/2) with x = ν / (ν + t²) (https://dlmf.nist.gov/8.17, Abramowitz & Stegun 26.7.1).
 *
 * @example tQuantile(0.975, 10) // 2.228
 */
export function tQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`tQuantile needs p between 0 and 1, not ${p}`);
  if (!(degrees >= 1 && Number.isFinite(degrees))) throw new RangeError(`tQuantile needs at least 1 degree of freedom, not ${degrees}`);
  const tail = 2 * Math.min(p, 1 - p);
  const magnitude = Math.sqrt(degrees * (tail < 0.5 ? outside(tail, degrees) : within(1 - tail, degrees)));
  return p < 0.5 ? -magnitude : magnitude;
}

/** t²/ν by x, which is small far out; … */
function outside(tail: number, degrees: number): number {
  const x = betaQuantile(tail, degrees / 2, 0.5);
  return (1 - x) / x;
}

/** … and by 1 − x, which is small in the middle, where x would lose its digits. */
function within(middle: number, degrees: number): number {
  const y = betaQuantile(middle, 0.5, degrees / 2);
  return y / (1 - y);
}
