import { type AlarmRequest, comparisons } from './alarm-config.ts';
import type { AlarmRule, AlarmState } from './alarm-state.ts';

/** Why an alarm is in its state, in AWS's words. */

interface ReasonInput {
  request: AlarmRequest;
  rule: AlarmRule;
  from: AlarmState;
  to: AlarmState;
  /** What was evaluated, oldest first, by the beginning of its period in epoch seconds. */
  points: readonly { startS: number; value: number }[];
  filled: number;
}

/** A reason has at most 1,023 characters: the newest ones are named. */
const POINTS_MAX = 10;

export const reasonOf = ({ request, rule, from, to, points, filled }: ReasonInput): string => {
  const { evaluationPeriods: periods, datapointsToAlarm, missingData, breaches } = rule;
  const { Threshold: threshold, ComparisonOperator: comparison } = request;
  if (to === 'INSUFFICIENT_DATA') return `Insufficient Data: ${many(filled, 'datapoint')} ${filled === 1 ? 'was' : 'were'} unknown.`;
  const treated =
    filled > 0 && (missingData === 'breaching' || missingData === 'notBreaching')
      ? ` and ${many(filled, 'missing datapoint')} ${filled === 1 ? 'was' : 'were'} treated as [${missingData === 'breaching' ? 'Breaching' : 'NonBreaching'}]`
      : '';
  if (points.length === 0) return `Threshold Crossed: no datapoints were received for ${many(periods, 'period')}${treated}.`;
  const named = points.filter(({ value }) => breaches(value) === (to === 'ALARM')).toReversed();
  const shown = named.slice(0, POINTS_MAX).map(({ startS, value }) => `${decimal(value)} (${europeanTime(startS)})`);
  const minimum = to === 'ALARM' ? datapointsToAlarm : periods - datapointsToAlarm + 1;
  const verb = `${named.length === 1 ? 'was' : 'were'} ${to === 'ALARM' ? '' : 'not '}${comparisons[comparison].words}`;
  return `Threshold Crossed: ${named.length} out of the last ${periods} datapoints [${shown.join(', ')}] ${verb} the threshold (${decimal(threshold)})${treated} (minimum ${many(minimum, 'datapoint')} for ${from === to ? (to === 'ALARM' ? 'OK' : 'ALARM') : from} -> ${to} transition).`;
};

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** As Java prints a double. */
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** 11/08/22 11:25:00, the day first. */
const europeanTime = (epochS: number): string => {
  const [date, time] = new Date(epochS * 1000).toISOString().slice(2, 19).split('T');
  return `${(date ?? '').split('-').reverse().join('/')} ${time}`;
};
