import type { Distribution } from './distribution.ts';

export interface Statistic {
  /** Whether it takes the values, and not only what was added up. */
  isPercentile: boolean;
  /** From what was observed in a period to one number; null where this statistic is not to be had. */
  of(observed: Distribution): number | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StatisticSet.html */
const basic: ReadonlyMap<string, Statistic['of']> = new Map<string, Statistic['of']>([
  ['SampleCount', ({ count }) => count],
  ['Average', ({ sum, count }) => sum / count],
  ['Sum', ({ sum }) => sum],
  ['Minimum', ({ min }) => min],
  ['Maximum', ({ max }) => max],
]);

/** Up to ten decimals: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
const PERCENTILE = /^[pP](\d{1,3}(?:\.\d{1,10})?)$/;

/** Null for what is no statistic, and for the trimmed ones (`tm`, `wm`, `tc`, `ts`, `pr`, `iqm`), which are not reproduced. */
export const statisticNamed = (name: string): Statistic | null => {
  const of = basic.get(name);
  if (of !== undefined) return { isPercentile: false, of };
  const percent = Number(PERCENTILE.exec(name)?.[1]);
  return percent <= 100 ? { isPercentile: true, of: (observed) => observed.percentile(percent) } : null;
};
