import { type Fields, Input } from '../input.ts';
import { AwsError } from '../service.ts';

/** What CloudWatch's inputs have in common, with its codes and words. */

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
export const conflicting = (message: string): AwsError => new AwsError('InvalidParameterCombinationException', message);
/** GetMetricData and the alarms answer with this where PutMetricData has InvalidParameterValue. */
export const validation = (message: string): AwsError => new AwsError('ValidationError', message);

const REFUSALS = {
  invalid,
  validation,
  missing: (path: string) => new AwsError('MissingRequiredParameterException', `The parameter ${path} is required.`),
  badToken: () => new AwsError('InvalidNextToken', 'The parameter NextToken is not valid.'),
};

export const cloudWatchInput = (fields: Fields): Input => new Input(fields, REFUSALS);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const UNITS: readonly string[] = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes', 'Bits', 'Kilobits', 'Megabits', 'Gigabits']
  .concat('Terabits', 'Count')
  .flatMap((unit) => [unit, `${unit}/Second`])
  .concat('Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'None');

export const unitOf = (input: Input): string | undefined => input.choice('Unit', UNITS);

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const DIMENSIONS_MAX = 30;
const VALUE_MAX = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS refuses control characters by this rule.
const PLAIN_ASCII = /^(?=.*\S)[^\u0000-\u001f\u007f-\uffff]*$/;

export type DimensionList = readonly (readonly [name: string, value: string])[];

/** Sorted by name: in which order they are sent makes no difference. */
export const dimensionsOf = (input: Input): DimensionList => {
  const dimensions = input.records('Dimensions', DIMENSIONS_MAX).map((dimension) => {
    const [name, value] = [dimension.text('Name'), dimension.text('Value', VALUE_MAX)];
    const bad = !PLAIN_ASCII.test(name) || name.startsWith(':') ? 'Name' : PLAIN_ASCII.test(value) ? undefined : 'Value';
    if (bad !== undefined) throw invalid(`The value ${bad === 'Name' ? name : value} for parameter ${dimension.path(bad)} is invalid.`);
    return [name, value] as const;
  });
  if (new Set(dimensions.map(([name]) => name)).size < dimensions.length) {
    throw invalid(`The parameter ${input.path('Dimensions')} has a name twice.`);
  }
  return sortedDimensions(dimensions);
};

export const sortedDimensions = (dimensions: DimensionList): DimensionList => dimensions.toSorted(([a], [b]) => (a < b ? -1 : 1));

export const dimensionListOf = (dimensions: Readonly<Record<string, string>>): DimensionList =>
  sortedDimensions(Object.entries(dimensions));

export const dimensionsOutput = (dimensions: DimensionList) => dimensions.map(([Name, Value]) => ({ Name, Value }));

export interface MetricId {
  namespace: string;
  metric: string;
  dimensions: DimensionList;
}

/** The metric that a query or an alarm names. */
export const metricOf = (input: Input): MetricId => ({
  namespace: input.text('Namespace'),
  metric: input.text('MetricName'),
  dimensions: dimensionsOf(input),
});

/** Of a history or a query, the newest first unless it says otherwise. */
export const isAscending = (input: Input): boolean =>
  input.choice('ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
