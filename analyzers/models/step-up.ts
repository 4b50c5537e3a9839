/** Where a series rises from one level to another. */
export interface StepUp {
  /** The first value of the upper level. */
  at: number;
  /** Means of the values before it, and from it on. */
  before: number;
  after: number;
}

/** Of fewer values on either side no level is known. Guess: tune. */
const SIDE_MIN = 3;
/** What noise alone reaches in one series of a hundred, wherever it is split (Andrews 1993, supremum of F, trimming 5 %). */
const F_MIN = 13.01;

/**
 * The split that leaves the least squared error on both of its sides (one change of the mean: Hinkley 1970), where the second side is the higher one and
 * noise would not show as much.
 *
 * @param values in the order of time, on a scale on which their spread is alike everywhere (logarithms of latencies)
 * @returns null where the series stays on its level, or falls
 *
 * @example stepUp([1, 2, 1, 2, 9, 8, 9, 8]) // { at: 4, before: 1.5, after: 8.5 }
 */
export function stepUp(values: readonly number[]): StepUp | null {
  const n = values.length;
  const all = values.reduce((sum, value) => sum + value, 0);
  const middle = all / n;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  let best: (StepUp & { explained: number }) | null = null;
  let sum = 0;
  for (let at = 1; at <= n - SIDE_MIN; at += 1) {
    sum += values[at - 1] ?? 0;
    const [before, after] = [sum / at, (all - sum) / (n - at)];
    const explained = ((at * (n - at)) / n) * (after - before) ** 2;
    if (at >= SIDE_MIN && after > before && explained > (best?.explained ?? 0)) best = { at, before, after, explained };
  }
  if (best === null) return null;
  const { explained, ...step } = best;
  // Rounding may leave less than nothing of a series that has but two values.
  const error = Math.max(0, squares - explained) / (n - 2);
  return explained > F_MIN * error ? step : null;
}
