import { expect, it } from 'vitest';
import { alarms } from './alarms.ts';
import { functionNames, tableNames } from './definition.ts';

const named = (name: string) => alarms.find((alarm) => alarm.name === name);

it('has what the reference stack asks for, at its limits', () => {
  expect(named('engine-cpu')).toMatchObject({ metric: 'CPUUtilization', statistic: 'Average', threshold: 80, level: 'warning' });
  expect(named('engine-memory')).toMatchObject({ dimensions: { ClusterName: 'game', ServiceName: 'engine' }, threshold: 80 });
  expect(named('cache-memory')).toMatchObject({ metric: 'DatabaseMemoryUsagePercentage', threshold: 80 });
  expect(named('api-errors')).toMatchObject({ metric: '5XXError', threshold: 0.05, level: 'critical' });
  expect(named('api-latency')).toMatchObject({ metric: 'Latency', statistic: 'p95', threshold: 2000 });
  expect(named('health-checks')).toMatchObject({ namespace: 'Game', threshold: 0, level: 'critical', periodS: 300 });
  expect(new Set(alarms.map(({ level }) => level))).toEqual(new Set(['critical', 'warning', 'info']));
});

it('covers each function and each table once, under names of their own', () => {
  expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length);
  for (const name of functionNames) expect(named(`${name}-errors`)?.dimensions).toEqual({ FunctionName: name });
  for (const name of tableNames) expect(named(`${name}-read-throttles`)?.dimensions).toEqual({ TableName: name });
  // Nobody waits for a job.
  expect(named('chat-duration')).toBeDefined();
  expect(named('optimisation-duration')).toBeUndefined();
});
