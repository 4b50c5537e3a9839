import type { Input } from '../input.ts';
import { floorTo } from './archive.ts';
import { isAscending, type MetricId, metricOf, unitOf, validation } from './input.ts';
import { type Statistic, statisticNamed } from './statistic.ts';
import type { MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;
const DATAPOINTS_MAX = 100_800;
const ID = /^[a-z]\w*$/;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
const FINE_PERIODS_S: readonly number[] = [1, 5, 10, 20, 30];

interface Query {
  id: string;
  label: string;
  metric: MetricId;
  unit: string | undefined;
  periodS: number;
  statistic: Statistic;
  returned: boolean;
}

interface Place {
  query: number;
  atS: number;
}

/**
 * Pages go through time: each has the newest (or oldest) points of all queries, and a query with more to come is `PartialData`. The token holds the
 * last point that was given, so that what arrives meanwhile doesn't shift the pages.
 */
export const getMetricData = (store: MetricStore, input: Input, nowS: number): object => {
  const [startS, endS] = [input.time('StartTime'), input.time('EndTime')];
  if (startS >= endS) throw validation('The parameter StartTime must be less than the parameter EndTime.');
  const queries = parseQueries(input);
  const ascending = isAscending(input);
  const size = input.integer('MaxDatapoints', 1, DATAPOINTS_MAX) ?? DATAPOINTS_MAX;
  const last = input.place() as Place | undefined;
  const order = (a: Place, b: Place): number => (ascending ? a.atS - b.atS : b.atS - a.atS) || a.query - b.query;
  const points = queries
    .flatMap((query, index) => pointsOf(store, query, index, startS, endS, nowS))
    .filter((point) => last === undefined || order(point, last) > 0)
    .sort(order);
  const page = points.slice(0, size);
  const pending = new Set(points.slice(size).map(({ query }) => query));
  const results = queries.map(({ id, label }, index) => ({
    Id: id,
    Label: label,
    Timestamps: [] as number[],
    Values: [] as number[],
    StatusCode: pending.has(index) ? 'PartialData' : 'Complete',
  }));
  for (const { query, atS, value } of page) {
    results[query]?.Timestamps.push(atS);
    results[query]?.Values.push(value);
  }
  const { query, atS } = page.at(-1) ?? {};
  return {
    MetricDataResults: results.filter((_, index) => queries[index]?.returned),
    Messages: [],
    ...(pending.size > 0 && { NextToken: input.tokenOf({ query, atS }) }),
  };
};

const pointsOf = (store: MetricStore, query: Query, index: number, startS: number, endS: number, nowS: number) => {
  if (!query.returned) return [];
  const { metric, unit, periodS, statistic } = query;
  // AWS rounds the start of what is asked for down: that it does so coarser, the longer ago it is, makes no difference to what is kept here.
  const fromS = floorTo(startS, periodS);
  return store.read(metric, unit, { fromS, endS, periodS, nowS }, statistic.isPercentile).flatMap(([atS, observed]) => {
    const value = statistic.of(observed);
    return value === null ? [] : [{ query: index, atS, value }];
  });
};

const parseQueries = (input: Input): Query[] => {
  const queries = input.with('MetricDataQueries').records('MetricDataQueries', QUERIES_MAX).map(parseQuery);
  if (new Set(queries.map(({ id }) => id)).size < queries.length) {
    throw validation('The values for parameter id in MetricDataQueries are not unique.');
  }
  return queries;
};

const parseQuery = (query: Input): Query => {
  const id = query.text('Id');
  if (!ID.test(id)) throw validation(`The value ${id} for parameter ${query.path('Id')} must match ${ID.source}.`);
  // Metric math, Metrics Insights and dynamic labels are not reproduced. A wrong answer would be worse than none.
  if (query.given('Expression') !== undefined) {
    throw validation(`Error in expression '${id}': expressions are not supported by this endpoint.`);
  }
  const stat = query.required('MetricStat', query.record('MetricStat'));
  const metric = metricOf(stat.required('Metric', stat.record('Metric')));
  const label = query.optionalText('Label', 1024) ?? metric.metric;
  if (label.includes('${')) throw validation(`The parameter ${query.path('Label')} is dynamic, which is not supported by this endpoint.`);
  const name = stat.text('Stat');
  const statistic = statisticNamed(name);
  if (statistic === null) throw validation(`The value ${name} for parameter ${stat.path('Stat')} is not supported.`);
  const periodS = stat.required('Period', stat.integer('Period', 1, Number.MAX_SAFE_INTEGER));
  if (!FINE_PERIODS_S.includes(periodS) && periodS % 60 !== 0) {
    throw validation(`The parameter ${stat.path('Period')} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
  }
  return { id, label, metric, unit: unitOf(stat), periodS, statistic, returned: query.given('ReturnData') !== false };
};
