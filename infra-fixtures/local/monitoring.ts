import { type Alarm, alarms } from '../game/alarms.ts';
import { functionNames, logs } from '../game/definition.ts';
import { ACCOUNT_ID, functionLogGroup, REGION, serviceLogGroup } from './names.ts';
import type { StackSettings } from './settings.ts';

/** What watches the game, in the words of the API that makes it: the AWS deployment makes the same from the same data. */

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const alarmRequest = (alarm: Alarm) => ({
  AlarmName: alarm.name,
  AlarmDescription: `${alarm.level}: ${alarm.concern}`,
  AlarmActions: [`arn:aws:sns:${REGION}:${ACCOUNT_ID}:${alarm.level}`],
  Namespace: alarm.namespace,
  MetricName: alarm.metric,
  Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
  ...(alarm.statistic.startsWith('p') ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic }),
  Period: alarm.periodS,
  EvaluationPeriods: alarm.evaluationPeriods,
  ComparisonOperator: alarm.comparison,
  Threshold: alarm.threshold,
  TreatMissingData: alarm.missing,
});

export const alarmRequests = () => alarms.map(alarmRequest);

const LEVEL = 'POWERTOOLS_LOG_LEVEL';

/** A function that logs at level debug keeps its lines for half as long. */
export const logGroups = (settings: StackSettings): { name: string; keptDays: number }[] => {
  const keptDays = (env: Readonly<Record<string, string>>): number => {
    const level = env[LEVEL] ?? settings.game[LEVEL];
    return level === 'DEBUG' ? logs.debugKeptDays : logs.keptDays;
  };
  return [
    ...functionNames.map((name) => ({ name: functionLogGroup(name), keptDays: keptDays(settings.functions[name].env) })),
    { name: serviceLogGroup, keptDays: keptDays({}) },
  ];
};
