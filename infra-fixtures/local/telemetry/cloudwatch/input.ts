import { AwsError } from '../service.ts';

/** Checks of what the client sent, with CloudWatch's codes and words. A `path` is the parameter's name as its errors give it, `MetricData.member.1.Value`. */

export type Input = Readonly<Record<string, unknown>>;

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
export const conflicting = (message: string): AwsError => new AwsError('InvalidParameterCombinationException', message);
export const missing = (path: string): AwsError => new AwsError('MissingRequiredParameterException', `The parameter ${path} is required.`);
/** GetMetricData and the alarms answer with this where PutMetricData has InvalidParameterValue. */
export const validation = (message: string): AwsError => new AwsError('ValidationError', message);
const mistyped = (path: string): AwsError => new AwsError('SerializationException', `${path} is not of its type`);

export const required = <T>(value: T | undefined, path: string): T => {
  if (value === undefined) throw missing(path);
  return value;
};

export const optionalText = (input: Input, key: string, lengthMax: number, path = key): string | undefined => {
  const value = input[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw mistyped(path);
  if (value === '') throw invalid(`The parameter ${path} must be longer than 0 characters.`);
  if (value.length > lengthMax) throw invalid(`The parameter ${path} must be shorter than ${lengthMax + 1} characters.`);
  return value;
};

export const requiredText = (input: Input, key: string, lengthMax: number, path = key): string =>
  required(optionalText(input, key, lengthMax, path), path);

/** JSON has no spelling for these: the protocol sends them as strings. */
const SPELLED: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export const numberOf = (value: unknown, path: string): number => {
  if (typeof value === 'number') return value;
  const spelled = typeof value === 'string' ? SPELLED[value] : undefined;
  if (spelled === undefined) throw mistyped(path);
  return spelled;
};

export const optionalNumber = (input: Input, key: string, path = key): number | undefined => {
  const value = input[key] ?? undefined;
  return value === undefined ? undefined : numberOf(value, path);
};

/** A whole number in a range. */
export const optionalInteger = (input: Input, key: string, min: number, max: number, path = key): number | undefined => {
  const value = optionalNumber(input, key, path);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value)) throw mistyped(path);
  if (value < min || value > max) throw validation(`The parameter ${path} must be between ${min} and ${max}.`);
  return value;
};

/** Epoch seconds, as both JSON protocols spell a timestamp. */
export const requiredTimeS = (input: Input, key: string): number => {
  const value = required(optionalNumber(input, key), key);
  if (!Number.isFinite(value)) throw mistyped(key);
  return value;
};

const isRecord = (value: unknown): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value);

export const optionalRecord = (input: Input, key: string, path = key): Input | undefined => {
  const value = input[key] ?? undefined;
  if (value !== undefined && !isRecord(value)) throw mistyped(path);
  return value;
};

export const listOf = (input: Input, key: string, sizeMax: number, path = key): readonly unknown[] => {
  const value = input[key] ?? [];
  if (!Array.isArray(value)) throw mistyped(path);
  if (value.length > sizeMax) throw invalid(`The collection ${path} must not have a size greater than ${sizeMax}.`);
  return value;
};

export const recordsOf = (input: Input, key: string, sizeMax: number, path = key): readonly Input[] => {
  const values = listOf(input, key, sizeMax, path);
  if (!values.every(isRecord)) throw mistyped(path);
  return values;
};

export const textsOf = (input: Input, key: string, sizeMax: number): readonly string[] => {
  const values = listOf(input, key, sizeMax);
  if (!values.every((value) => typeof value === 'string')) throw mistyped(key);
  return values;
};

/** One of the values that AWS's model lists. */
export const oneOf = <T extends string>(value: string | undefined, allowed: readonly T[], path: string): T | undefined => {
  if (value === undefined) return undefined;
  const known = allowed.find((candidate) => candidate === value);
  if (known === undefined) throw invalid(`The parameter ${path} must be a value in the set [ ${allowed.join(', ')} ].`);
  return known;
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const UNITS: readonly string[] = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes', 'Bits', 'Kilobits', 'Megabits', 'Gigabits']
  .concat('Terabits', 'Count')
  .flatMap((unit) => [unit, `${unit}/Second`])
  .concat('Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'None');
const UNIT_SET = new Set(UNITS);

export const optionalUnit = (input: Input, path = 'Unit'): string | undefined => {
  const unit = optionalText(input, 'Unit', 255, path);
  if (unit !== undefined && !UNIT_SET.has(unit)) oneOf(unit, UNITS, path);
  return unit;
};

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const DIMENSIONS_MAX = 30;
const NAME_MAX = 255;
const VALUE_MAX = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS refuses control characters by this rule.
const PLAIN_ASCII = /^(?=.*\S)[^\u0000-\u001f\u007f-\uffff]*$/;

export type DimensionList = readonly (readonly [name: string, value: string])[];

/** Sorted by name: in which order they are sent makes no difference. */
export const dimensionsOf = (input: Input, path = 'Dimensions'): DimensionList => {
  const dimensions = recordsOf(input, 'Dimensions', DIMENSIONS_MAX, path).map((dimension, index) => {
    const at = `${path}.member.${index + 1}`;
    const name = requiredText(dimension, 'Name', NAME_MAX, `${at}.Name`);
    const value = requiredText(dimension, 'Value', VALUE_MAX, `${at}.Value`);
    if (!PLAIN_ASCII.test(name) || name.startsWith(':')) throw invalid(`The value ${name} for parameter ${at}.Name is invalid.`);
    if (!PLAIN_ASCII.test(value)) throw invalid(`The value ${value} for parameter ${at}.Value is invalid.`);
    return [name, value] as const;
  });
  if (new Set(dimensions.map(([name]) => name)).size < dimensions.length) throw invalid(`The parameter ${path} has a name twice.`);
  return dimensions.length < 2 ? dimensions : sorted(dimensions);
};

const sorted = (dimensions: DimensionList): DimensionList => dimensions.toSorted(([a], [b]) => (a < b ? -1 : 1));

export const dimensionListOf = (dimensions: Readonly<Record<string, string>>): DimensionList => sorted(Object.entries(dimensions));

export const dimensionsOutput = (dimensions: DimensionList) => dimensions.map(([Name, Value]) => ({ Name, Value }));

export interface MetricId {
  namespace: string;
  metric: string;
  dimensions: DimensionList;
}

/** The metric that a query or an alarm names. */
export const metricOf = (input: Input, path = ''): MetricId => ({
  namespace: requiredText(input, 'Namespace', NAME_MAX, `${path}Namespace`),
  metric: requiredText(input, 'MetricName', NAME_MAX, `${path}MetricName`),
  dimensions: dimensionsOf(input, `${path}Dimensions`),
});

/** A page of a list, and the token of the next. The token holds where it begins. @throws AwsError InvalidNextToken */
export const pageOf = <T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { page: readonly T[]; next: { NextToken?: string } } => {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0 || (token !== undefined && start === 0)) throw badToken();
  const end = start + size;
  return {
    page: all.slice(start, end),
    next: end < all.length ? { NextToken: Buffer.from(String(end)).toString('base64url') } : {},
  };
};

export const badToken = (): AwsError => new AwsError('InvalidNextToken', 'The parameter NextToken is not valid.');
