import type { Input } from '../input.ts';
import type { MissingData } from './alarm-state.ts';
import { dimensionsOutput, type MetricId, metricOf, unitOf, validation } from './input.ts';
import { type Statistic, statisticNamed } from './statistic.ts';

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
const DAY_S = 86_400;
const HOUR_S = 3600;
const ACTIONS_MAX = 5;

/** Given back as they came. */
const KEPT = (
  'AlarmName AlarmDescription ActionsEnabled Namespace MetricName Unit Statistic ExtendedStatistic Period EvaluationPeriods DatapointsToAlarm ' +
  'Threshold ComparisonOperator TreatMissingData'
).split(' ');
/** Metric math, anomaly detection, PromQL, other windows, and percentiles that wait for enough samples. */
const UNSUPPORTED =
  'Metrics ThresholdMetricId EvaluationCriteria EvaluationInterval EvaluationWindow WarmUpConfiguration EvaluateLowSampleCountPercentile'.split(
    ' ',
  );

/** @throws AwsError also for what AWS knows and this endpoint doesn't */
export const parseAlarm = (input: Input): AlarmConfig => {
  input.unsupported(...UNSUPPORTED);
  input.optionalText('AlarmDescription', 1024, 0);
  const metric = metricOf(input);
  const threshold = input.required('Threshold', input.number('Threshold'));
  if (!Number.isFinite(threshold)) throw validation('The parameter Threshold must be a finite number.');
  const treatment = input.choice('TreatMissingData', ['breaching', 'notBreaching', 'ignore', 'missing']);
  return {
    name: input.text('AlarmName'),
    metric,
    unit: unitOf(input),
    ...windowOf(input),
    comparison: input.required('ComparisonOperator', input.choice('ComparisonOperator', Object.keys(comparisons) as Comparison[])),
    threshold,
    ...statisticOf(input),
    // What DynamoDB doesn't report is ignored, whatever was asked for.
    missingData: metric.namespace === 'AWS/DynamoDB' ? 'ignore' : (treatment ?? 'missing'),
    output: {
      ActionsEnabled: true,
      ...Object.fromEntries(KEPT.map((key) => [key, input.given(key)]).filter(([, value]) => value !== undefined)),
      Dimensions: dimensionsOutput(metric.dimensions),
      OKActions: input.texts('OKActions', ACTIONS_MAX),
      AlarmActions: input.texts('AlarmActions', ACTIONS_MAX),
      InsufficientDataActions: input.texts('InsufficientDataActions', ACTIONS_MAX),
    },
  };
};

const windowOf = (input: Input): Pick<AlarmConfig, 'periodS' | 'evaluationPeriods' | 'datapointsToAlarm'> => {
  const periodS = input.required('Period', input.integer('Period', 1, 7 * DAY_S));
  if (!FINE_PERIODS_S.includes(periodS) && periodS % 60 !== 0) {
    throw validation('The parameter Period must be 10, 20, 30 or a multiple of 60.');
  }
  const evaluationPeriods = input.required('EvaluationPeriods', input.integer('EvaluationPeriods', 1, DAY_S));
  const days = periodS < HOUR_S ? 1 : 7;
  if (periodS * evaluationPeriods > days * DAY_S) {
    throw validation(`Metrics cannot be checked across more than ${days} day(s) (EvaluationPeriods * Period must be <= ${days * DAY_S}).`);
  }
  const datapointsToAlarm = input.integer('DatapointsToAlarm', 1, evaluationPeriods) ?? evaluationPeriods;
  return { periodS, evaluationPeriods, datapointsToAlarm };
};

const statisticOf = (input: Input): Pick<AlarmConfig, 'statistic' | 'statisticName'> => {
  const [plain, extended] = [input.optionalText('Statistic'), input.optionalText('ExtendedStatistic')];
  const statisticName = plain ?? extended;
  if (statisticName === undefined || (plain !== undefined && extended !== undefined)) {
    throw validation('Exactly one of the parameters Statistic and ExtendedStatistic must be specified.');
  }
  const statistic = statisticNamed(statisticName);
  if (statistic === null || statistic.isPercentile !== (plain === undefined)) {
    throw validation(`The statistic ${statisticName} is not supported.`);
  }
  return { statistic, statisticName };
};
