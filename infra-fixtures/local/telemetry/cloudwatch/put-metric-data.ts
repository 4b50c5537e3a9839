import type { Distribution, StatisticSet } from './distribution.ts';
import {
  conflicting,
  dimensionsOf,
  type Input,
  invalid,
  listOf,
  type MetricId,
  missing,
  numberOf,
  optionalNumber,
  optionalRecord,
  optionalUnit,
  recordsOf,
  requiredText,
} from './input.ts';

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
const ENTITIES_MAX = 2;
const VALUES_MAX = 150;
const VALUE_MAX = 2 ** 360;
const PAST_MAX_S = 14 * 86_400;
const FUTURE_MAX_S = 2 * 3600;
const NAME_MAX = 255;

/**
 * What a call of PutMetricData holds; nothing of it is kept when one datum is wrong. Entities are accepted and not kept.
 *
 * @throws AwsError in AWS's words, as far as they are known
 */
export const parseMetricData = (input: Input, nowS: number): Datum[] => {
  const namespace = requiredText(input, 'Namespace', NAME_MAX);
  if (namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is invalid.');
  if (namespace.startsWith(':')) throw invalid(`The value ${namespace} for parameter Namespace is invalid.`);
  const data = [
    ...recordsOf(input, 'MetricData', DATA_MAX),
    ...recordsOf(input, 'EntityMetricData', ENTITIES_MAX).flatMap((entity) => recordsOf(entity, 'MetricData', DATA_MAX)),
  ];
  if (data.length === 0) throw missing('MetricData');
  if (data.length > DATA_MAX) throw invalid(`The collection MetricData must not have a size greater than ${DATA_MAX}.`);
  return data.map((datum, index) => parseDatum(namespace, datum, `MetricData.member.${index + 1}`, nowS));
};

const parseDatum = (namespace: string, datum: Input, path: string, nowS: number): Datum => ({
  namespace,
  metric: requiredText(datum, 'MetricName', NAME_MAX, `${path}.MetricName`),
  dimensions: dimensionsOf(datum, `${path}.Dimensions`),
  unit: optionalUnit(datum, `${path}.Unit`) ?? 'None',
  atS: timestampOf(datum, path, nowS),
  resolutionS: storageResolutionOf(datum, path),
  fill: observationsOf(datum, path),
});

const timestampOf = (datum: Input, path: string, nowS: number): number => {
  const atS = optionalNumber(datum, 'Timestamp', `${path}.Timestamp`) ?? nowS;
  if (!isInTime(atS, nowS)) {
    const limit = atS > nowS ? 'no more than two hours in the future' : 'within the past two weeks';
    throw invalid(`The parameter ${path}.Timestamp must specify a time ${limit}.`);
  }
  return atS;
};

export const isInTime = (atS: number, nowS: number): boolean => atS >= nowS - PAST_MAX_S && atS <= nowS + FUTURE_MAX_S;

const storageResolutionOf = (datum: Input, path: string): number => {
  const resolutionS = optionalNumber(datum, 'StorageResolution', `${path}.StorageResolution`) ?? 60;
  if (resolutionS !== 1 && resolutionS !== 60) throw invalid(`The parameter ${path}.StorageResolution must be 1 or 60.`);
  return resolutionS;
};

const observationsOf = (datum: Input, path: string): ((bucket: Distribution) => void) => {
  const value = optionalNumber(datum, 'Value', `${path}.Value`);
  const set = optionalRecord(datum, 'StatisticValues', `${path}.StatisticValues`);
  const values = numbersOf(datum, 'Values', path);
  if (value !== undefined && set !== undefined) throw exclusive(path, 'Value', 'StatisticValues');
  if (values !== undefined && value !== undefined) throw exclusive(path, 'Value', 'Values', invalid);
  if (values !== undefined && set !== undefined) throw exclusive(path, 'Values', 'StatisticValues');
  if (values !== undefined) {
    const counts = countsOf(datum, path, values.length);
    return (bucket) => {
      for (const [index, each] of values.entries()) if (counts[index] !== 0) bucket.add(each, counts[index] ?? 1);
    };
  }
  if (set !== undefined) {
    const checked = statisticSetOf(set, `${path}.StatisticValues`);
    return (bucket) => bucket.addSet(checked);
  }
  if (value === undefined) throw missing(`${path}.Value`);
  const checked = checkedValue(value, `${path}.Value`);
  return (bucket) => bucket.add(checked, 1);
};

const exclusive = (path: string, one: string, other: string, error = conflicting) =>
  error(`The parameters ${path}.${one} and ${path}.${other} are mutually exclusive and you have specified both.`);

const numbersOf = (datum: Input, key: 'Values' | 'Counts', path: string): number[] | undefined => {
  const at = `${path}.${key}`;
  const list = listOf(datum, key, VALUES_MAX, at);
  return list.length === 0 ? undefined : list.map((value) => checkedValue(numberOf(value, at), at));
};

const countsOf = (datum: Input, path: string, size: number): number[] => {
  const counts = numbersOf(datum, 'Counts', path) ?? Array.from({ length: size }, () => 1);
  if (counts.length !== size) throw invalid(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  const negative = counts.find((count) => count < 0);
  if (negative !== undefined) throw invalid(`The value ${negative} for parameter ${path}.Counts is invalid.`);
  return counts;
};

const statisticSetOf = (set: Input, path: string): StatisticSet => {
  const of = (key: string): number => {
    const value = optionalNumber(set, key, `${path}.${key}`);
    if (value === undefined) throw missing(`${path}.${key}`);
    return checkedValue(value, `${path}.${key}`);
  };
  const checked = { count: of('SampleCount'), sum: of('Sum'), min: of('Minimum'), max: of('Maximum') };
  if (checked.count <= 0) throw invalid(`The parameter ${path}.SampleCount must be greater than 0.`);
  if (checked.max < checked.min) throw invalid(`The parameter ${path}.Maximum must be greater than ${path}.Minimum.`);
  return checked;
};

const checkedValue = (value: number, path: string): number => {
  if (!(Math.abs(value) <= VALUE_MAX)) throw invalid(`The value ${value} for parameter ${path} is invalid.`);
  return value;
};
