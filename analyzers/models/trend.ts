import { errorFunction, median } from 'simple-statistics';

/**
 * Two-sided p value of "there is no monotone trend" (Mann 1945, Kendall 1975; ties corrected), by the normal approximation with continuity
 * correction, which is good from 8 values on and never below 0.01 for fewer than 6. It takes values to be independent: correlated ones
 * make it too eager, so ask for a drift that matters as well (`theilSenSlope`).
 */
export function mannKendallP(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 1;
  let score = 0;
  for (let later = 1; later < n; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) score += Math.sign((values[later] ?? 0) - (values[earlier] ?? 0));
  }
  const variance = (n * (n - 1) * (2 * n + 5) - tieCorrection(values)) / 18;
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(score) - 1) / Math.sqrt(variance);
  // The error function is an approximation, good to seven digits, and of 0 it is a little less than 0.
  return Math.min(1, 1 - errorFunction(z / Math.SQRT2));
}

function tieCorrection(values: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1);
  let correction = 0;
  for (const size of groups.values()) correction += size * (size - 1) * (2 * size + 5);
  return correction;
}

/**
 * Median of the slopes between all pairs (Theil 1950, Sen 1968): up to 29 % of wild values do not move it. `times` ascend strictly.
 *
 * @example theilSenSlope([0, 1, 2, 3, 4], [1, 3, 5, 7, 100]) // 2
 */
export function theilSenSlope(times: readonly number[], values: readonly number[]): number {
  const slopes: number[] = [];
  for (let later = 1; later < values.length; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      slopes.push(((values[later] ?? 0) - (values[earlier] ?? 0)) / ((times[later] ?? 0) - (times[earlier] ?? 0)));
    }
  }
  return slopes.length === 0 ? 0 : median(slopes);
}
