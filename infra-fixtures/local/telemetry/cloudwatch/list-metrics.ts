import { ACCOUNT_ID } from '../../names.ts';
import { dimensionsOutput, type Input, oneOf, optionalText, pageOf, recordsOf, requiredText } from './input.ts';
import type { Metric, MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
const PAGE_SIZE = 500;
const FILTERS_MAX = 10;
/** Metrics without data for two weeks are not listed. */
const LISTED_S = 14 * 86_400;
/** RecentlyActive's only value is PT3H. */
const RECENT_S = 3 * 3600;

export const listMetrics = (store: MetricStore, input: Input, nowS: number): object => {
  const namespace = optionalText(input, 'Namespace', 255);
  const name = optionalText(input, 'MetricName', 255);
  const filters = recordsOf(input, 'Dimensions', FILTERS_MAX).map((filter, index) => ({
    name: requiredText(filter, 'Name', 255, `Dimensions.member.${index + 1}.Name`),
    value: optionalText(filter, 'Value', 1024, `Dimensions.member.${index + 1}.Value`),
  }));
  const recent = oneOf(optionalText(input, 'RecentlyActive', 255), ['PT3H'], 'RecentlyActive') !== undefined;
  const sinceS = nowS - (recent ? RECENT_S : LISTED_S);
  const isWanted = (metric: Metric): boolean =>
    metric.newestS >= sinceS &&
    (namespace === undefined || metric.namespace === namespace) &&
    (name === undefined || metric.metric === name) &&
    filters.every((filter) =>
      metric.dimensions.some(([of, value]) => of === filter.name && (filter.value === undefined || value === filter.value)),
    );
  const { page, next } = pageOf(store.listed(nowS).filter(isWanted), optionalText(input, 'NextToken', 1024), PAGE_SIZE);
  return {
    Metrics: page.map(({ namespace: Namespace, metric: MetricName, dimensions }) => ({
      Namespace,
      MetricName,
      Dimensions: dimensionsOutput(dimensions),
    })),
    ...(input['IncludeLinkedAccounts'] === true && { OwningAccounts: page.map(() => ACCOUNT_ID) }),
    ...next,
  };
};
