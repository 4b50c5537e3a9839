import type { Distribution } from './distribution.ts';
import {
  conflicting,
  type Input,
  invalid,
  metricOf,
  missing,
  optionalInteger,
  optionalUnit,
  required,
  requiredTimeS,
  textsOf,
} from './input.ts';
import { isPeriod, PERIOD_RULE, roundedStartS } from './periods.ts';
import { basicStatistic, percentileStatistic, type Statistic } from './statistic.ts';
import type { MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const DATAPOINTS_MAX = 1440;
const STATISTICS_MAX = 5;
const EXTENDED_MAX = 10;

/** The older way of reading. Periods are counted from the start, which is rounded to the minute, and not along the clock; each unit has its own points. */
export const getMetricStatistics = (store: MetricStore, input: Input, nowS: number): object => {
  const id = metricOf(input);
  const startS = requiredTimeS(input, 'StartTime');
  const endS = requiredTimeS(input, 'EndTime');
  if (startS >= endS) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const periodS = required(optionalInteger(input, 'Period', 1, Number.MAX_SAFE_INTEGER), 'Period');
  if (!isPeriod(periodS)) throw invalid(`The parameter Period ${PERIOD_RULE}.`);
  const fromS = roundedStartS(startS, periodS, nowS);
  const requested = Math.ceil((endS - fromS) / periodS);
  if (requested > DATAPOINTS_MAX) {
    throw conflicting(
      `You have requested up to ${grouped(requested)} datapoints, which exceeds the limit of ${grouped(DATAPOINTS_MAX)}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const { statistics, extended } = statisticsOf(input);
  const unit = optionalUnit(input);
  const datapoints = (unit === undefined ? store.unitsOf(id) : [unit]).flatMap((of) =>
    store.read(id, of, { fromS, endS, periodS, nowS }).map(([atS, observed]) => ({
      Timestamp: atS,
      Unit: of,
      ...valuesOf(statistics, observed),
      ...(extended.length > 0 && { ExtendedStatistics: valuesOf(extended, observed) }),
    })),
  );
  return { Label: id.metric, Datapoints: datapoints };
};

type Named = readonly (readonly [name: string, statistic: Statistic])[];

const statisticsOf = (input: Input): { statistics: Named; extended: Named } => {
  const statistics = textsOf(input, 'Statistics', STATISTICS_MAX);
  const extended = textsOf(input, 'ExtendedStatistics', EXTENDED_MAX);
  if (statistics.length > 0 && extended.length > 0) {
    throw conflicting('The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.');
  }
  if (statistics.length === 0 && extended.length === 0) throw missing('Statistics');
  return {
    statistics: statistics.map((name) => [name, known(basicStatistic(name), name, 'Statistics')]),
    extended: extended.map((name) => [name, known(percentileStatistic(name), name, 'ExtendedStatistics')]),
  };
};

const known = (statistic: Statistic | null, name: string, path: string): Statistic => {
  if (statistic === null) throw invalid(`The value ${name} for parameter ${path}.member is not supported.`);
  return statistic;
};

const valuesOf = (named: Named, observed: Distribution): Record<string, number> =>
  Object.fromEntries(
    named.flatMap(([name, statistic]) => {
      const value = statistic.of(observed);
      return value === null ? [] : [[name, value]];
    }),
  );

const grouped = (value: number): string => value.toLocaleString('en-US');
