import { ListMetricsCommand, type Metric } from '@aws-sdk/client-cloudwatch';
import type { SourceGap } from '../../contract.ts';
import type { Reading } from '../cloudwatch.ts';
import type { PartsOf } from '../metrics-of.ts';
import { everyPage } from '../pages.ts';
import { gapOf, isForAction, type Trouble, troubleOf } from '../trouble.ts';

/** A metric that CloudWatch lists. */
export interface ListedMetric {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
}

/** What CloudWatch lists in some namespaces; null where it may not be asked. */
export interface Listing {
  metrics: ListedMetric[] | null;
  gaps: SourceGap[];
  trouble: Trouble | null;
}

const ACTION = 'cloudwatch:ListMetrics';

/**
 * Lists the metrics of namespaces. A new metric is listed up to 15 minutes after its first datapoint, and until two weeks after its last:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 *
 * @param recent only those with data in the last three hours
 */
export async function listMetrics(reading: Reading, namespaces: readonly string[], recent: boolean): Promise<Listing> {
  const metrics: ListedMetric[] = [];
  const gaps: SourceGap[] = [];
  for (const namespace of namespaces) {
    try {
      const { items, short } = await everyPage<Metric>(`${ACTION} of ${namespace}`, async (NextToken) => {
        const command = new ListMetricsCommand({ Namespace: namespace, NextToken, ...(recent ? { RecentlyActive: 'PT3H' } : {}) });
        const output = await reading.cloudwatch.send(command, reading.signal ? { abortSignal: reading.signal } : {});
        return { items: output.Metrics, next: output.NextToken };
      });
      metrics.push(...items.map(listedOf));
      if (short !== null) gaps.push(gapOf('inventory', { ...short, next: NAME_THEM }));
    } catch (error) {
      const trouble = troubleOf(error, ACTION);
      gaps.push(gapOf('inventory', trouble));
      if (isForAction(trouble)) return { metrics: metrics.length > 0 ? metrics : null, gaps, trouble };
    }
  }
  return { metrics, gaps, trouble: null };
}

const NAME_THEM = 'Name the resources of the system under test in ext.loadkit.resources, or its stack in ext.loadkit.aws.stackName.';

const listedOf = ({ Namespace = '', MetricName = '', Dimensions = [] }: Metric): ListedMetric => ({
  namespace: Namespace,
  metric: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value])),
});

/** The values that a dimension has on top of others, by the listing; null where it lists nothing of the metric with these, for it may be too new. */
export function partsIn(metrics: readonly ListedMetric[] | null): PartsOf {
  const byName = Map.groupBy(metrics ?? [], ({ namespace, metric }) => `${namespace}\n${metric}`);
  return (namespace, metric, dimensions, dimension) => {
    const wanted = Object.entries(dimensions);
    const values = (byName.get(`${namespace}\n${metric}`) ?? []).flatMap((listed) => {
      const value = listed.dimensions[dimension];
      const fits =
        Object.keys(listed.dimensions).length === wanted.length + 1 && wanted.every(([name, at]) => listed.dimensions[name] === at);
      return value !== undefined && fits ? [value] : [];
    });
    return values.length > 0 ? [...new Set(values)] : null;
  };
}
