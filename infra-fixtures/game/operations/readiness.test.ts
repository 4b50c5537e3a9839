import { expect, it } from 'vitest';
import { alarms } from '../alarms.ts';
import { judgeReadiness } from './readiness.ts';

/** A quarter of an hour in which all is well: everything that has to be known is known, and nothing happened that is only told when it does. */
const well = (): number[][] =>
  alarms.map(({ name, missing }) => {
    if (name === 'engine-tasks') return Array(15).fill(2);
    return missing === 'missing' ? Array(15).fill(0) : [];
  });
const at = (name: string): number => alarms.findIndex((alarm) => alarm.name === name);
const wellBut = (name: string, values: number[]): number[][] => well().with(at(name), values);

it('is a go when everything is known and nothing is breached', () => {
  const ok = { state: 'ok', reasons: [] };
  expect(judgeReadiness(alarms, well())).toEqual({ decision: 'go', stability: ok, resources: ok, errors: ok });
});

it.each([
  ['stability', 'health-checks', [0, 0, 1], 1],
  ['stability', 'engine-tasks', [2, 1, 1, 1], 1],
  ['resources', 'engine-cpu', [20, 81, 90, 85], 90],
  ['resources', 'guilds-read-throttles', [4, 9, 3], 9],
  ['errors', 'api-errors', [0.06, 0.5, 0.06], 0.5],
  ['errors', 'sign-ins-refused', [101, 150, 102], 150],
] as const)('is no go when %s suffers: %s', (concern, name, values, worst) => {
  const readiness = judgeReadiness(alarms, wellBut(name, [...values]));
  expect(readiness.decision).toBe('no-go');
  expect(readiness[concern].state).toBe('breached');
  expect(readiness[concern].reasons).toEqual([expect.stringContaining(`${name}: ${worst} against `)]);
});

it('takes two bad minutes for what they are, and a deployment for no reason against one', () => {
  expect(judgeReadiness(alarms, wellBut('engine-cpu', [90, 90, 20, 20])).decision).toBe('go');
  expect(judgeReadiness(alarms, wellBut('deployment', [2, 2, 2])).decision).toBe('go');
});

it('is no go on what it does not know', () => {
  const readiness = judgeReadiness(alarms, wellBut('engine-cpu', []));
  expect(readiness).toMatchObject({ decision: 'no-go', resources: { state: 'unknown', reasons: ['engine-cpu: no data'] } });
  expect(judgeReadiness(alarms, []).decision).toBe('no-go');
});
