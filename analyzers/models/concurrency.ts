/**
 * Concurrency that arrivals need: by Little's law λ·S are under way in the mean, and where arrivals are independent (M/G/∞) their number is Poisson
 * distributed, with a standard deviation of √(λ·S).
 * Source: Little, Operations Research 9 (1961); for the distribution Kleinrock, Queueing Systems I (1975), 3.4.
 *
 * @param arrivalsPerS of the busiest stretch
 * @param durationS mean time that one takes
 * @returns `mean`, and `enough`: three standard deviations more, which about 1 moment in 1,000 exceeds; a whole number, at least 1
 * @example concurrencyFor(100, 0.25) // { mean: 25, enough: 40 }
 */
export function concurrencyFor(arrivalsPerS: number, durationS: number): { mean: number; enough: number } {
  const mean = arrivalsPerS * durationS;
  return { mean, enough: Math.max(1, Math.ceil(mean + 3 * Math.sqrt(mean))) };
}
