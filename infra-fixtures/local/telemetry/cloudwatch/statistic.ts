import type { Distribution } from './distribution.ts';

export interface Statistic {
  /** Whether it takes the values, and not only what was added up. */
  isPercentile: boolean;
  /** From what was observed in a period to one number; null where this statistic is not to be had. */
  of(observed: Distribution): number | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const basic: Readonly<Record<string, Statistic['of']>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/** Up to ten decimals: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
const PERCENTILE = /^[pP](\d{1,3}(?:\.\d{1,10})?)$/;

/** The percentage of `p99.9`; null when it is no percentile between p0 and p100. */
export const percentOf = (name: string): number | null => {
  const match = PERCENTILE.exec(name);
  const percent = Number(match?.[1]);
  return match !== null && percent <= 100 ? percent : null;
};

/** Null for what is no statistic, and for the trimmed ones (`tm`, `wm`, `tc`, `ts`, `pr`, `iqm`), which are not reproduced. */
export const basicStatistic = (name: string): Statistic | null => {
  const of = Object.hasOwn(basic, name) ? basic[name] : undefined;
  return of === undefined ? null : { isPercentile: false, of };
};

export const percentileStatistic = (name: string): Statistic | null => {
  const percent = percentOf(name);
  return percent === null ? null : { isPercentile: true, of: (observed) => observed.percentile(percent) };
};
