/**
 * How an alarm's state follows from its datapoints. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type MissingData = 'breaching' | 'notBreaching' | 'ignore' | 'missing';

export interface AlarmRule {
  /** N, and M of "M out of N". */
  evaluationPeriods: number;
  datapointsToAlarm: number;
  missingData: MissingData;
  breaches: (value: number) => boolean;
}

export interface Evaluation {
  /** Null: it stays what it is. */
  state: AlarmState | null;
  /** Which of the values were looked at, by their index. */
  evaluated: number[];
  /** How many had to be filled in. */
  filled: number;
}

/**
 * How many periods before the evaluated ones are looked at for data when some is missing. AWS says that it depends on the period and doesn't say how; its
 * examples have two.
 */
export const EXTRA_PERIODS = 2;

/** @param values of the evaluation range, oldest first; null where data is missing */
export const evaluate = (rule: AlarmRule, values: readonly (number | null)[]): Evaluation => {
  const { evaluationPeriods, datapointsToAlarm, missingData } = rule;
  const present = values.flatMap((value, index) => (value === null ? [] : [{ index, breaching: rule.breaches(value) }]));
  const evaluated = present.slice(-evaluationPeriods);
  const filled = evaluationPeriods - evaluated.length;
  const breaching = evaluated.filter((point) => point.breaching).length + (missingData === 'breaching' ? filled : 0);
  const of = (state: AlarmState | null): Evaluation => ({ state, evaluated: evaluated.map(({ index }) => index), filled });
  if (breaching >= datapointsToAlarm) return of('ALARM');
  if (filled === 0 || missingData === 'breaching' || missingData === 'notBreaching') return of('OK');
  if (evaluated.some((point) => !point.breaching)) return of('OK');
  if (missingData === 'ignore') return of(null);
  // Nothing but too few breaching points: it is an alarm once the oldest is so old that what is missing since can't have been expected any more.
  const oldest = evaluated[0];
  return of(oldest !== undefined && values.length - oldest.index >= datapointsToAlarm ? 'ALARM' : 'INSUFFICIENT_DATA');
};
