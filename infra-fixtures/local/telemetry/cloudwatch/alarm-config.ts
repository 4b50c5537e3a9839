import type { AlarmRule, MissingData } from './alarm-state.ts';

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

/** How it is evaluated. */
export const ruleOf = (request: AlarmRequest): AlarmRule => ({
  evaluationPeriods: request.EvaluationPeriods,
  datapointsToAlarm: request.DatapointsToAlarm ?? request.EvaluationPeriods,
  // What DynamoDB doesn't report is ignored, whatever was asked for.
  missingData: request.Namespace === 'AWS/DynamoDB' ? 'ignore' : (request.TreatMissingData ?? 'missing'),
  breaches: (value) => comparisons[request.ComparisonOperator].breaches(value, request.Threshold),
});
