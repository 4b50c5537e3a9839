import type { Input } from '../input.ts';
import { dimensionsOutput } from './input.ts';
import type { Metric, MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
const PAGE_SIZE = 500;
const FILTERS_MAX = 10;
/** Metrics without data for two weeks are not listed. */
const LISTED_S = 14 * 86_400;
/** RecentlyActive's only value is PT3H. */
const RECENT_S = 3 * 3600;

export const listMetrics = (store: MetricStore, input: Input, nowS: number): object => {
  input.unsupported('OwningAccount');
  const namespace = input.optionalText('Namespace');
  const name = input.optionalText('MetricName');
  const filters = input.records('Dimensions', FILTERS_MAX).map((filter) => [filter.text('Name'), filter.optionalText('Value', 1024)]);
  const sinceS = nowS - (input.choice('RecentlyActive', ['PT3H']) === undefined ? LISTED_S : RECENT_S);
  const isWanted = (metric: Metric): boolean =>
    metric.newestS >= sinceS &&
    metric.namespace === (namespace ?? metric.namespace) &&
    metric.metric === (name ?? metric.metric) &&
    filters.every(([of, value]) => metric.dimensions.some(([key, has]) => key === of && has === (value ?? has)));
  const { page, next } = input.page(store.listed(nowS).filter(isWanted), PAGE_SIZE);
  return {
    Metrics: page.map(({ namespace: Namespace, metric: MetricName, dimensions }) => ({
      Namespace,
      MetricName,
      Dimensions: dimensionsOutput(dimensions),
    })),
    ...next,
  };
};
