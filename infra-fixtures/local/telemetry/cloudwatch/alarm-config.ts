import type { MissingData } from './alarm-state.ts';
import {
  dimensionsOutput,
  type Input,
  type MetricId,
  metricOf,
  oneOf,
  optionalInteger,
  optionalNumber,
  optionalText,
  optionalUnit,
  required,
  requiredText,
  textsOf,
  validation,
} from './input.ts';
import { basicStatistic, percentileStatistic, percentOf, type Statistic } from './statistic.ts';

/** An alarm on one metric and a fixed threshold, as PutMetricAlarm set it. */
export interface AlarmConfig {
  name: string;
  metric: MetricId;
  unit: string | undefined;
  statistic: Statistic;
  statisticName: string;
  periodS: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  threshold: number;
  comparison: Comparison;
  missingData: MissingData;
  /** Fewer samples than this in the evaluated periods, and the state stays. */
  samplesMin: number;
  /** As DescribeAlarms gives it back. */
  output: Readonly<Record<string, unknown>>;
}

/** Those of anomaly detection are not reproduced. */
export const comparisons = {
  GreaterThanOrEqualToThreshold: { words: 'greater than or equal to', breaches: (value: number, threshold: number) => value >= threshold },
  GreaterThanThreshold: { words: 'greater than', breaches: (value: number, threshold: number) => value > threshold },
  LessThanThreshold: { words: 'less than', breaches: (value: number, threshold: number) => value < threshold },
  LessThanOrEqualToThreshold: { words: 'less than or equal to', breaches: (value: number, threshold: number) => value <= threshold },
} as const;
type Comparison = keyof typeof comparisons;

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const FINE_PERIODS_S: readonly number[] = [10, 20, 30];
const RANGE_MAX_S = 86_400;
const LONG_RANGE_MAX_S = 604_800;
const HOUR_S = 3600;
const ACTIONS_MAX = 5;
const UNSUPPORTED = 'Metrics ThresholdMetricId EvaluationCriteria EvaluationInterval EvaluationWindow WarmUpConfiguration'.split(' ');

/** Given back as they came. */
const KEPT = (
  'AlarmName AlarmDescription ActionsEnabled Namespace MetricName Unit Statistic ExtendedStatistic Period EvaluationPeriods DatapointsToAlarm ' +
  'Threshold ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile'
).split(' ');

/** @throws AwsError also for what AWS knows and this endpoint doesn't: metric math, anomaly detection, PromQL, other windows */
export const parseAlarm = (input: Input): AlarmConfig => {
  const name = requiredText(input, 'AlarmName', 255);
  const unsupported = UNSUPPORTED.find((key) => input[key] !== undefined && input[key] !== null);
  if (unsupported !== undefined) throw validation(`The parameter ${unsupported} is not supported by this endpoint.`);
  const metric = metricOf(input);
  const unit = optionalUnit(input);
  const window = windowOf(input);
  const comparison = required(
    oneOf(optionalText(input, 'ComparisonOperator', 255), Object.keys(comparisons) as Comparison[], 'ComparisonOperator'),
    'ComparisonOperator',
  );
  const threshold = required(optionalNumber(input, 'Threshold'), 'Threshold');
  if (!Number.isFinite(threshold)) throw validation('The parameter Threshold must be a finite number.');
  const treatment = oneOf(
    optionalText(input, 'TreatMissingData', 255),
    ['breaching', 'notBreaching', 'ignore', 'missing'],
    'TreatMissingData',
  );
  if (input['AlarmDescription'] !== '') optionalText(input, 'AlarmDescription', 1024);
  return {
    name,
    metric,
    unit,
    ...window,
    comparison,
    threshold,
    ...statisticOf(input),
    // What DynamoDB doesn't report is ignored, whatever was asked for.
    missingData: metric.namespace === 'AWS/DynamoDB' ? 'ignore' : (treatment ?? 'missing'),
    output: {
      ActionsEnabled: true,
      ...Object.fromEntries(KEPT.flatMap((key) => (input[key] === undefined || input[key] === null ? [] : [[key, input[key]]]))),
      Dimensions: dimensionsOutput(metric.dimensions),
      OKActions: textsOf(input, 'OKActions', ACTIONS_MAX),
      AlarmActions: textsOf(input, 'AlarmActions', ACTIONS_MAX),
      InsufficientDataActions: textsOf(input, 'InsufficientDataActions', ACTIONS_MAX),
    },
  };
};

const windowOf = (input: Input): Pick<AlarmConfig, 'periodS' | 'evaluationPeriods' | 'datapointsToAlarm'> => {
  const periodS = required(optionalInteger(input, 'Period', 1, LONG_RANGE_MAX_S), 'Period');
  if (!FINE_PERIODS_S.includes(periodS) && periodS % 60 !== 0) {
    throw validation('The parameter Period must be 10, 20, 30 or a multiple of 60.');
  }
  const evaluationPeriods = required(optionalInteger(input, 'EvaluationPeriods', 1, RANGE_MAX_S), 'EvaluationPeriods');
  const rangeMaxS = periodS < HOUR_S ? RANGE_MAX_S : LONG_RANGE_MAX_S;
  if (periodS * evaluationPeriods > rangeMaxS) {
    throw validation(
      `Metrics cannot be checked across more than ${rangeMaxS / RANGE_MAX_S} day(s) (EvaluationPeriods * Period must be <= ${rangeMaxS}).`,
    );
  }
  const datapointsToAlarm = optionalInteger(input, 'DatapointsToAlarm', 1, evaluationPeriods) ?? evaluationPeriods;
  return { periodS, evaluationPeriods, datapointsToAlarm };
};

const statisticOf = (input: Input) => {
  const plain = optionalText(input, 'Statistic', 255);
  const extended = optionalText(input, 'ExtendedStatistic', 255);
  const name = plain ?? extended;
  if (name === undefined || (plain !== undefined && extended !== undefined)) {
    throw validation('Exactly one of the parameters Statistic and ExtendedStatistic must be specified.');
  }
  const statistic = plain === undefined ? percentileStatistic(name) : basicStatistic(name);
  if (statistic === null) throw validation(`The statistic ${name} is not supported.`);
  const low = oneOf(
    optionalText(input, 'EvaluateLowSampleCountPercentile', 255),
    ['evaluate', 'ignore'],
    'EvaluateLowSampleCountPercentile',
  );
  return { statistic, statisticName: name, samplesMin: low === 'ignore' ? samplesMinOf(percentOf(name) ?? 50) : 0 };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html */
const samplesMinOf = (percent: number): number => 1000 / Math.min(percent, 100 - percent);
