import { describe, expect, it } from 'vitest';
import { awsError, startTestTelemetry, stubClient, type TestTelemetry, testClock } from '../../tests/telemetry.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { awaitData } from './convergence.ts';
import type { MetricQuery } from './metrics-of.ts';

const SIGN: MetricQuery = {
  node: 'lambda:auth',
  namespace: 'AWS/Lambda',
  metric: 'Invocations',
  dimensions: { FunctionName: 'auth' },
  stat: 'SampleCount',
};
const PATIENCE = { everyMs: 5000, waitMsMax: 120_000, delayS: 0 };

/** A minute of invocations that ends now. */
const aRun = async ({ tell, clock }: TestTelemetry) => {
  const endS = clock.now() / 1000;
  for (let atS = endS - 60; atS < endS; atS += 5)
    await tell([{ namespace: 'AWS/Lambda', metric: 'Invocations', dimensions: { FunctionName: 'auth' }, atS, values: [1] }]);
  return { startS: endS - 60, endS, periodS: 5 };
};

describe('awaitData', () => {
  it('waits until data that come late are all there', async () => {
    const telemetry = await startTestTelemetry({ periodS: 5, delayS: 30 });
    const range = await aRun(telemetry);
    const { clients, clock } = telemetry;
    expect(await awaitData({ cloudwatch: clients.cloudwatch, clock }, [SIGN], range, range.endS, PATIENCE)).toBe('settled');
    // Half a minute late, and once more to see that nothing changes.
    expect(clock.sleptMs).toBeGreaterThanOrEqual(30_000);
    expect(clock.sleptMs).toBeLessThanOrEqual(40_000);
  });

  it('does not take data for settled before their time is over', async () => {
    const telemetry = await startTestTelemetry({ periodS: 5 });
    const { startS, endS } = await aRun(telemetry);
    const { clients, clock } = telemetry;
    await awaitData({ cloudwatch: clients.cloudwatch, clock }, [SIGN], { startS, endS: endS + 10, periodS: 5 }, endS, {
      ...PATIENCE,
      delayS: 3,
    });
    expect(clock.now() / 1000).toBeGreaterThanOrEqual(endS + 13);
  });

  it('waits no longer than its patience', async () => {
    const telemetry = await startTestTelemetry({ periodS: 5, delayS: 600 });
    const range = await aRun(telemetry);
    const { clients, clock } = telemetry;
    expect(await awaitData({ cloudwatch: clients.cloudwatch, clock }, [SIGN], range, range.endS, PATIENCE)).toBe('empty');
    expect(clock.sleptMs).toBeLessThanOrEqual(PATIENCE.waitMsMax);
  });

  const RANGE = { startS: 7080, endS: 7200, periodS: 60 };
  const stub = (answer: () => unknown) => ({ cloudwatch: stubClient<CloudWatch>(answer), clock: testClock(7200) });

  it('says that data were still changing', async () => {
    let value = 0;
    const reading = stub(() => ({ MetricDataResults: [{ Id: 'q0', Timestamps: [new Date(7_140_000)], Values: [++value] }] }));
    expect(await awaitData(reading, [SIGN], RANGE, RANGE.endS, PATIENCE)).toBe('changing');
  });

  it('takes a load that ended early for what it is, when its time is up', async () => {
    const reading = stub(() => ({ MetricDataResults: [{ Id: 'q0', Timestamps: [new Date(6_600_000)], Values: [1] }] }));
    const long = { startS: 6600, endS: 7200, periodS: 60 };
    expect(await awaitData(reading, [SIGN], long, long.endS, PATIENCE)).toBe('settled');
    expect(reading.clock.sleptMs).toBe(PATIENCE.waitMsMax);
  });

  it('looks but once at what is long over', async () => {
    const telemetry = await startTestTelemetry({ periodS: 5 });
    const range = await aRun(telemetry);
    const { clients, clock } = telemetry;
    await clock.sleep(3_600_000);
    const before = clock.sleptMs;
    expect(await awaitData({ cloudwatch: clients.cloudwatch, clock }, [SIGN], range, range.endS, PATIENCE)).toBe('settled');
    expect(clock.sleptMs).toBe(before);
  });

  it('does not wait for who denies access', async () => {
    const reading = stub(() => {
      throw awsError('AccessDenied', '', 403);
    });
    expect(await awaitData(reading, [SIGN], RANGE, RANGE.endS, PATIENCE)).toMatchObject({ kind: 'denied' });
    expect(reading.clock.sleptMs).toBe(0);
  });
});
