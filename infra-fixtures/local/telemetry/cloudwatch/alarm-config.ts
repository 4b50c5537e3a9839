import type { MissingData } from './alarm-state.ts';
import { dimensionsOutput, type MetricId, sortedDimensions } from './input.ts';
import { type Statistic, statisticNamed } from './statistic.ts';

/** An alarm on one metric and a fixed threshold, in the words of PutMetricAlarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export interface AlarmRequest {
  AlarmName: string;
  AlarmDescription?: string;
  AlarmActions?: readonly string[];
  Namespace: string;
  MetricName: string;
  Dimensions?: readonly { Name: string; Value: string }[];
  /** One of these two. */
  Statistic?: string;
  ExtendedStatistic?: string;
  Period: number;
  EvaluationPeriods: number;
  DatapointsToAlarm?: number;
  Threshold: number;
  ComparisonOperator: keyof typeof comparisons;
  TreatMissingData?: MissingData;
}

export const comparisons = {
  GreaterThanOrEqualToThreshold: { words: 'greater than or equal to', breaches: (value: number, threshold: number) => value >= threshold },
  GreaterThanThreshold: { words: 'greater than', breaches: (value: number, threshold: number) => value > threshold },
  LessThanThreshold: { words: 'less than', breaches: (value: number, threshold: number) => value < threshold },
  LessThanOrEqualToThreshold: { words: 'less than or equal to', breaches: (value: number, threshold: number) => value <= threshold },
} as const;

/** What its evaluation needs. */
export interface AlarmConfig {
  name: string;
  metric: MetricId;
  statistic: Statistic;
  periodS: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  threshold: number;
  comparison: keyof typeof comparisons;
  missingData: MissingData;
  /** As DescribeAlarms gives it back. */
  output: object;
}

/** @throws RangeError for a statistic that there isn't */
export const configOf = (request: AlarmRequest): AlarmConfig => {
  const { Dimensions = [], EvaluationPeriods: evaluationPeriods, Statistic, ExtendedStatistic = '' } = request;
  const statistic = statisticNamed(Statistic ?? ExtendedStatistic);
  if (statistic === null) throw new RangeError(`alarm ${request.AlarmName}: there is no statistic ${Statistic ?? ExtendedStatistic}`);
  const dimensions = sortedDimensions(Dimensions.map(({ Name, Value }) => [Name, Value] as const));
  return {
    name: request.AlarmName,
    metric: { namespace: request.Namespace, metric: request.MetricName, dimensions },
    statistic,
    periodS: request.Period,
    evaluationPeriods,
    datapointsToAlarm: request.DatapointsToAlarm ?? evaluationPeriods,
    threshold: request.Threshold,
    comparison: request.ComparisonOperator,
    // What DynamoDB doesn't report is ignored, whatever was asked for.
    missingData: request.Namespace === 'AWS/DynamoDB' ? 'ignore' : (request.TreatMissingData ?? 'missing'),
    output: {
      ActionsEnabled: true,
      OKActions: [],
      AlarmActions: [],
      InsufficientDataActions: [],
      ...request,
      Dimensions: dimensionsOutput(dimensions),
    },
  };
};
