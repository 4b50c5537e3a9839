import type { Input } from '../input.ts';
import type { Distribution, StatisticSet } from './distribution.ts';
import { conflicting, dimensionsOf, invalid, type MetricId, unitOf } from './input.ts';

/** One datum, checked. */
export interface Datum extends MetricId {
  unit: string;
  atS: number;
  /** 1 or 60. */
  resolutionS: number;
  fill: (bucket: Distribution) => void;
}

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const DATA_MAX = 1000;
const VALUES_MAX = 150;
const VALUE_MAX = 2 ** 360;
const PAST_MAX_S = 14 * 86_400;
const FUTURE_MAX_S = 2 * 3600;

/**
 * What a call of PutMetricData holds; nothing of it is kept when one datum is wrong. Entities are not taken.
 *
 * @throws AwsError in AWS's words, as far as they are known
 */
export const parseMetricData = (input: Input, nowS: number): Datum[] => {
  input.unsupported('EntityMetricData');
  const namespace = input.text('Namespace');
  const [reserved] = /^(?:AWS\/|:)/.exec(namespace) ?? [];
  if (reserved !== undefined) throw invalid(`The value ${reserved} for parameter Namespace is invalid.`);
  const data = input.with('MetricData').records('MetricData', DATA_MAX);
  return data.map((datum) => ({
    namespace,
    metric: datum.text('MetricName'),
    dimensions: dimensionsOf(datum),
    unit: unitOf(datum) ?? 'None',
    atS: timestampOf(datum, nowS),
    resolutionS: storageResolutionOf(datum),
    fill: observationsOf(datum),
  }));
};

const timestampOf = (datum: Input, nowS: number): number => {
  const atS = datum.number('Timestamp') ?? nowS;
  if (!isInTime(atS, nowS)) {
    const limit = atS > nowS ? 'no more than two hours in the future' : 'within the past two weeks';
    throw invalid(`The parameter ${datum.path('Timestamp')} must specify a time ${limit}.`);
  }
  return atS;
};

export const isInTime = (atS: number, nowS: number): boolean => atS >= nowS - PAST_MAX_S && atS <= nowS + FUTURE_MAX_S;

const storageResolutionOf = (datum: Input): number => {
  const resolutionS = datum.number('StorageResolution') ?? 60;
  if (resolutionS !== 1 && resolutionS !== 60) throw invalid(`The parameter ${datum.path('StorageResolution')} must be 1 or 60.`);
  return resolutionS;
};

/** A value, values with or without counts, or a statistic set. */
const observationsOf = (datum: Input): ((bucket: Distribution) => void) => {
  const set = datum.record('StatisticValues');
  const values = datum.numbers('Values', VALUES_MAX);
  const [hasValue, hasValues] = [datum.given('Value') !== undefined, values.length > 0];
  if (hasValue && set !== undefined) throw exclusive(datum, 'Value', 'StatisticValues', conflicting);
  if (hasValue && hasValues) throw exclusive(datum, 'Value', 'Values', invalid);
  if (hasValues && set !== undefined) throw exclusive(datum, 'Values', 'StatisticValues', conflicting);
  if (set !== undefined) {
    const checked = statisticSetOf(set);
    return (bucket) => bucket.addSet(checked);
  }
  const checked = hasValues ? values.map((value) => checkValue(datum, 'Values', value)) : [valueIn(datum, 'Value')];
  const counts = hasValues ? countsOf(datum, values.length) : [];
  return (bucket) => {
    for (const [index, value] of checked.entries()) if (counts[index] !== 0) bucket.add(value, counts[index] ?? 1);
  };
};

const exclusive = (datum: Input, one: string, other: string, error: typeof invalid) =>
  error(`The parameters ${datum.path(one)} and ${datum.path(other)} are mutually exclusive and you have specified both.`);

/** None: each value came once. */
const countsOf = (datum: Input, size: number): number[] => {
  const counts = datum.numbers('Counts', VALUES_MAX);
  if (counts.length !== size && counts.length > 0) {
    throw invalid(`The parameters ${datum.path('Values')} and ${datum.path('Counts')} must be of the same size.`);
  }
  for (const count of counts) checkValue(datum, 'Counts', count, 0);
  return counts;
};

const statisticSetOf = (set: Input): StatisticSet => {
  const [count, sum] = [valueIn(set, 'SampleCount'), valueIn(set, 'Sum')];
  const [min, max] = [valueIn(set, 'Minimum'), valueIn(set, 'Maximum')];
  if (count <= 0) throw invalid(`The parameter ${set.path('SampleCount')} must be greater than 0.`);
  if (max < min) throw invalid(`The parameter ${set.path('Maximum')} must be greater than ${set.path('Minimum')}.`);
  return { count, sum, min, max };
};

const valueIn = (input: Input, key: string): number => checkValue(input, key, input.required(key, input.number(key)));

const checkValue = (input: Input, key: string, value: number, min = -VALUE_MAX): number => {
  if (!(value >= min && value <= VALUE_MAX)) throw invalid(`The value ${value} for parameter ${input.path(key)} is invalid.`);
  return value;
};
