import { expect, it } from 'vitest';
import { awsError, startTestTelemetry, stubClient, testClock } from '../../tests/telemetry.ts';
import { type Alarms, isMissing, type Resource } from '../contract.ts';
import { readAlarms } from './alarms.ts';
import type { CloudWatch } from './cloudwatch.ts';

const MARKETPLACE: Resource = { node: 'lambda:marketplace', kind: 'lambda', dimensions: { FunctionName: 'marketplace' }, limits: {} };

it('reads alarms of the resources with what happened to them', async () => {
  const { clients, clock, tell } = await startTestTelemetry();
  const beganS = clock.now() / 1000;
  const throttles = (minute: number) => ({
    namespace: 'AWS/Lambda',
    metric: 'Throttles',
    dimensions: { FunctionName: 'marketplace' },
    atS: beganS + 60 * minute,
    values: [3],
  });
  for (const minute of [0, 1, 2]) {
    await tell([throttles(minute)]);
    await clock.sleep(60_000);
  }
  await clock.sleep(600_000);
  const { alarms, gaps } = await readAlarms({ cloudwatch: clients.cloudwatch, clock }, [MARKETPLACE], beganS, clock.now() / 1000);
  expect(gaps).toEqual([]);
  expect(isMissing(alarms)).toBe(false);
  const alarm = (alarms as Alarms).alarms.find(({ name }) => name === 'marketplace-throttles');
  expect(alarm).toMatchObject({ node: 'lambda:marketplace', metric: 'Throttles', threshold: 0, state: 'OK' });
  expect(alarm?.changes.map(({ from, to }) => [from, to])).toEqual(
    expect.arrayContaining([
      [expect.any(String), 'ALARM'],
      ['ALARM', 'OK'],
    ]),
  );
  const went = alarm?.changes.find(({ to }) => to === 'ALARM');
  expect(went?.reason).toMatch(/Threshold Crossed/);
  expect(went?.atS).toBeGreaterThanOrEqual(beganS + 180);
  // Another's alarm that stayed as it was is nobody's business.
  expect((alarms as Alarms).alarms.some(({ name }) => name === 'engine-tasks')).toBe(false);
});

const reading = (answer: (name: string) => unknown) => ({ cloudwatch: stubClient<CloudWatch>(answer), clock: testClock() });
const ALARM = {
  AlarmName: 'a',
  MetricName: 'Throttles',
  Dimensions: [{ Name: 'FunctionName', Value: 'marketplace' }],
  StateValue: 'OK',
  Threshold: 1,
};

it('keeps the alarms where their history is denied', async () => {
  const { alarms, gaps } = await readAlarms(
    reading((name) => {
      if (name === 'DescribeAlarmHistory') throw awsError('AccessDenied', '', 403);
      return { MetricAlarms: [ALARM] };
    }),
    [MARKETPLACE],
    0,
    60,
  );
  expect(alarms).toMatchObject({ alarms: [{ name: 'a', node: 'lambda:marketplace', changes: [] }] });
  expect(gaps).toEqual([expect.objectContaining({ source: 'alarms', next: expect.stringContaining('cloudwatch:DescribeAlarmHistory') })]);
});

it('is missing where alarms are denied', async () => {
  const denied = reading(() => {
    throw awsError('AccessDenied', '', 403);
  });
  expect((await readAlarms(denied, [MARKETPLACE], 0, 60)).alarms).toEqual({
    missing: expect.stringContaining('cloudwatch:DescribeAlarms'),
  });
});

it('ends a listing that leads in a circle, and passes over a history that it cannot read', async () => {
  const asked = reading((name) =>
    name === 'DescribeAlarms'
      ? { MetricAlarms: [], NextToken: 'again' }
      : { AlarmHistoryItems: [{ AlarmName: 'a', Timestamp: new Date(30_000), HistoryData: '{"oldState":' }] },
  );
  const { gaps } = await readAlarms(asked, [MARKETPLACE], 0, 60);
  expect(asked.cloudwatch.calls).toEqual(['DescribeAlarms', 'DescribeAlarms', 'DescribeAlarmHistory']);
  expect(gaps).toEqual([expect.objectContaining({ source: 'alarms', reason: expect.stringContaining('circle') })]);
});
