import { createHash } from 'node:crypto';
import { floorTo } from './archive.ts';
import {
  badToken,
  type Input,
  type MetricId,
  metricOf,
  missing,
  oneOf,
  optionalInteger,
  optionalRecord,
  optionalText,
  optionalUnit,
  recordsOf,
  required,
  requiredText,
  requiredTimeS,
  validation,
} from './input.ts';
import { isPeriod, PERIOD_RULE, roundedStartS } from './periods.ts';
import { basicStatistic, percentileStatistic, type Statistic } from './statistic.ts';
import type { MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;
const DATAPOINTS_MAX = 100_800;
const ID = /^[a-z]\w*$/;

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
interface Point extends Place {
  value: number;
}

/**
 * Pages go through time: each has the newest (or oldest) points of all queries, and a query with more to come is `PartialData`. The token holds the
 * last point that was given, so that what arrives meanwhile doesn't shift the pages.
 */
export const getMetricData = (store: MetricStore, input: Input, nowS: number): object => {
  const startS = requiredTimeS(input, 'StartTime');
  const endS = requiredTimeS(input, 'EndTime');
  if (startS >= endS) throw validation('The parameter StartTime must be less than the parameter EndTime.');
  const queries = parseQueries(input);
  const ascending =
    oneOf(optionalText(input, 'ScanBy', 255), ['TimestampDescending', 'TimestampAscending'], 'ScanBy') === 'TimestampAscending';
  const size = optionalInteger(input, 'MaxDatapoints', 1, DATAPOINTS_MAX) ?? DATAPOINTS_MAX;
  const digest = digestOf(input);
  const last = cursorOf(input, digest);
  const order = (a: Place, b: Place): number => (ascending ? a.atS - b.atS : b.atS - a.atS) || a.query - b.query;
  const points = queries
    .flatMap((query, index) => pointsOf(store, query, index, startS, endS, nowS))
    .filter((point) => last === null || order(point, last) > 0)
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
  return {
    MetricDataResults: results.filter((_, index) => queries[index]?.returned),
    Messages: [],
    ...(pending.size > 0 && { NextToken: tokenOf(page.at(-1), digest) }),
  };
};

const pointsOf = (store: MetricStore, query: Query, index: number, startS: number, endS: number, nowS: number): Point[] => {
  if (!query.returned) return [];
  const { metric, unit, periodS, statistic } = query;
  const fromS = floorTo(roundedStartS(startS, periodS, nowS), periodS);
  return store.read(metric, unit, { fromS, endS, periodS, nowS }, statistic.isPercentile).flatMap(([atS, observed]) => {
    const value = statistic.of(observed);
    return value === null ? [] : [{ query: index, atS, value }];
  });
};

const parseQueries = (input: Input): Query[] => {
  const queries = recordsOf(input, 'MetricDataQueries', QUERIES_MAX).map(parseQuery);
  if (queries.length === 0) throw missing('MetricDataQueries');
  if (new Set(queries.map(({ id }) => id)).size < queries.length) {
    throw validation('The values for parameter id in MetricDataQueries are not unique.');
  }
  return queries;
};

const parseQuery = (query: Input, index: number): Query => {
  const path = `MetricDataQueries.member.${index + 1}`;
  const id = requiredText(query, 'Id', 255, `${path}.Id`);
  if (!ID.test(id)) throw validation(`The value ${id} for parameter ${path}.Id must match ${ID.source}.`);
  const expression = optionalText(query, 'Expression', 2048, `${path}.Expression`);
  const stat = optionalRecord(query, 'MetricStat', `${path}.MetricStat`);
  if (expression !== undefined && stat !== undefined) {
    throw validation(`The parameters ${path}.MetricStat and ${path}.Expression are mutually exclusive and you have specified both.`);
  }
  // Metric math, Metrics Insights and dynamic labels are not reproduced. A wrong answer would be worse than none.
  if (expression !== undefined) throw validation(`Error in expression '${id}': expressions are not supported by this endpoint.`);
  if (stat === undefined) throw missing(`${path}.MetricStat`);
  const metric = metricOf(required(optionalRecord(stat, 'Metric'), `${path}.MetricStat.Metric`), `${path}.MetricStat.Metric.`);
  const label = optionalText(query, 'Label', 1024, `${path}.Label`) ?? metric.metric;
  if (label.includes('${')) throw validation(`The parameter ${path}.Label has a dynamic label, which this endpoint does not support.`);
  return { id, label, metric, ...parseStat(stat, `${path}.MetricStat`), returned: query['ReturnData'] !== false };
};

const parseStat = (stat: Input, path: string): Pick<Query, 'unit' | 'periodS' | 'statistic'> => {
  const name = requiredText(stat, 'Stat', 255, `${path}.Stat`);
  const statistic = basicStatistic(name) ?? percentileStatistic(name);
  if (statistic === null) throw validation(`The value ${name} for parameter ${path}.Stat is not supported.`);
  const periodS = required(optionalInteger(stat, 'Period', 1, Number.MAX_SAFE_INTEGER, `${path}.Period`), `${path}.Period`);
  if (!isPeriod(periodS)) throw validation(`The parameter ${path}.Period ${PERIOD_RULE}.`);
  return { statistic, periodS, unit: optionalUnit(stat, `${path}.Unit`) };
};

/** A token is good for the request that it was given for, and for no other. */
const digestOf = ({ NextToken: _token, ...rest }: Input): string => createHash('sha256').update(JSON.stringify(rest)).digest('base64url');

const tokenOf = (last: Point | undefined, digest: string): string =>
  Buffer.from(JSON.stringify({ query: last?.query, atS: last?.atS, digest })).toString('base64url');

const cursorOf = (input: Input, digest: string): Place | null => {
  const text = optionalText(input, 'NextToken', 1024);
  if (text === undefined) return null;
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
    if (token['digest'] === digest) return { query: Number(token['query']), atS: Number(token['atS']) };
  } catch {
    // It wasn't ours.
  }
  throw badToken();
};
