/**
 * The Universal Scalability Law: X(N) = λN / (1 + σ(N−1) + κN(N−1)). λ is the throughput of one user, σ the share of the work that waits for its turn
 * (contention), κ what each pair costs to keep in agreement (coherency).
 *
 * Gunther, Guerrilla Capacity Planning (2007), chapters 4 to 6, and "A General Theory of Computational Scalability Based on Rational Functions"
 * (arXiv:0808.1431). The R package `usl` calls the same coefficients gamma, alpha and beta.
 */
export interface UslCoefficients {
  /** Requests per second of one user. */
  lambda: number;
  /** ≥ 0. */
  sigma: number;
  /** ≥ 0. */
  kappa: number;
}

/** How often all of the work of `users` is waited for, relative to one user: N / X(N), in units of 1 / λ. */
export const uslSlowdown = ({ sigma, kappa }: Pick<UslCoefficients, 'sigma' | 'kappa'>, users: number): number =>
  1 + sigma * (users - 1) + kappa * users * (users - 1);

/** Throughput at so many users, in λ's unit. */
export const uslThroughput = (law: UslCoefficients, users: number): number => (law.lambda * users) / uslSlowdown(law, users);

/** Where throughput is largest: N = √((1−σ)/κ), at least one user. Null without coherency, where there is no such place: it grows for ever. */
export function uslPeak(law: UslCoefficients): { users: number; throughput: number } | null {
  if (!(law.kappa > 0)) return null;
  // With σ ≥ 1 it only falls.
  const users = Math.max(1, Math.sqrt(Math.max(0, 1 - law.sigma) / law.kappa));
  return { users, throughput: uslThroughput(law, users) };
}

/** The throughput that contention alone would allow, however many users: λ/σ. Null where there is none. */
export const uslCeiling = ({ lambda, sigma }: UslCoefficients): number | null => (sigma > 0 ? lambda / sigma : null);

/** Relative: what the throughput of a peak may be above the peak's, and is none the less its. */
const ROUNDING = 1e-12;

/**
 * Users who make so much throughput: of the two numbers that do, the lower, before the peak. Null where no number does.
 *
 * The root of κX·N² − (λ − σX + κX)·N + (1−σ)X = 0, in the form that keeps its digits where κ is small (Numerical Recipes, 3rd ed., §5.6).
 */
export function uslUsersFor(law: UslCoefficients, throughput: number): number | null {
  const { lambda, sigma, kappa } = law;
  const most = uslPeak(law)?.throughput ?? Number.POSITIVE_INFINITY;
  const linear = lambda - sigma * throughput + kappa * throughput;
  // With σ ≥ 1 throughput only falls.
  if (!(throughput >= 0 && throughput <= most * (1 + ROUNDING) && linear > 0) || sigma >= 1) return null;
  const constant = (1 - sigma) * throughput;
  // At the peak both roots are one, and rounding may leave less than nothing.
  const discriminant = Math.max(0, linear ** 2 - 4 * kappa * throughput * constant);
  return (2 * constant) / (linear + Math.sqrt(discriminant));
}
