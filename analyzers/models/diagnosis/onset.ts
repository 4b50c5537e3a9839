import type { Stretch } from './excess.ts';

/**
 * Period in which a node's own change began: from the first period of the stretch that is more than half-way from `before` to `during`, back as
 * long as those before it are too. A cause begins no later than its symptom, and often a period earlier.
 *
 * @param values NaN is a missing datapoint: it ends the way back
 * @example onsetOf([1, 1, 9, 9, 9], { from: 3, to: 5 }, 1, 9) // 2
 */
export function onsetOf(values: readonly number[], { from, to }: Stretch, before: number, during: number): number {
  const half = (before + during) / 2;
  const isBeyond = (period: number): boolean => {
    const value = values[period] ?? Number.NaN;
    return during >= before ? value > half : value < half;
  };
  let onset = from;
  while (onset < to && !isBeyond(onset)) onset += 1;
  // None is beyond half: the mean is one of the stretch's weights, not of its periods.
  if (onset === to) return from;
  while (onset > 0 && onset <= from && isBeyond(onset - 1)) onset -= 1;
  return onset;
}
