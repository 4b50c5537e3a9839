import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand, type PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, findEmulator, startEmulator } from '../../../../tests/aws-reference.ts';
import type { TelemetryServer } from '../server.ts';
import { startTelemetry } from '../telemetry.ts';

/**
 * The same calls to this endpoint and to emulators, as far as those are right: ministack (PyPI) for statistics and percentiles, moto (PyPI) for what PutMetricData refuses. Without them these are
 * skipped.
 */
const ministack = findEmulator('ministack');
const moto = findEmulator('moto');

const clientOf = (endpoint: string): CloudWatchClient =>
  new CloudWatchClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });

interface Reference {
  client: CloudWatchClient;
  stop(): Promise<void>;
}

const HOOK_TIMEOUT_MS = 70_000;

const startReference = async (emulator: Emulator, program: string): Promise<Reference> => {
  const { endpoint, stop } = await startEmulator(emulator, program);
  const client = clientOf(endpoint);
  return {
    client,
    stop: async () => {
      client.destroy();
      await stop();
    },
  };
};

let telemetry: TelemetryServer;
let ours: CloudWatchClient;
beforeAll(async () => {
  telemetry = await startTelemetry({ periodS: 60, delayS: 0 });
  ours = clientOf(telemetry.endpoint);
});
afterAll(async () => {
  ours.destroy();
  await telemetry.stop();
});

describe.skipIf(ministack === null)('statistics and percentiles, as ministack has them', () => {
  let theirs: Reference;
  beforeAll(async () => {
    theirs = await startReference('ministack', ministack ?? '');
  }, HOOK_TIMEOUT_MS);
  afterAll(() => theirs?.stop());

  it.each(['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum', 'p0', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p100'])(
    '%s',
    async (Stat) => {
      // Whole five minutes, some time ago.
      const startMs = Math.floor(Date.now() / 300_000) * 300_000 - 1_200_000;
      const MetricName = `m-${Stat.replace('.', '-')}`;
      const at = (seconds: number) => ({ MetricName, Timestamp: new Date(startMs + seconds * 1000) });
      const data: PutMetricDataCommandInput['MetricData'] = [
        ...Array.from({ length: 40 }, (_, index) => ({ ...at(index * 7), Value: (index * 37) % 101 })),
        { ...at(65), Values: [1.5, 250, 990], Counts: [3, 20, 1] },
        { ...at(185), StatisticValues: { SampleCount: 4, Sum: 28, Minimum: 7, Maximum: 7 } },
        { ...at(305), StatisticValues: { SampleCount: 3, Sum: 60, Minimum: 10, Maximum: 30 } },
        { ...at(365), Value: -5 },
        { ...at(366), Value: 5 },
      ];
      const answers: [number[] | undefined, number[] | undefined][] = [];
      for (const Period of [60, 300]) {
        const both = [ours, theirs.client].map(async (client) => {
          if (Period === 60) await client.send(new PutMetricDataCommand({ Namespace: 'Game', MetricData: data }));
          const { MetricDataResults } = await client.send(
            new GetMetricDataCommand({
              StartTime: new Date(startMs),
              EndTime: new Date(startMs + 600_000),
              ScanBy: 'TimestampAscending',
              MetricDataQueries: [{ Id: 'q', MetricStat: { Metric: { Namespace: 'Game', MetricName }, Period, Stat } }],
            }),
          );
          const [result] = MetricDataResults ?? [];
          return (result?.Timestamps ?? []).flatMap((time, index) => [
            (time.getTime() - startMs) / 1000,
            result?.Values?.[index] ?? Number.NaN,
          ]);
        });
        answers.push((await Promise.all(both)) as [number[], number[]]);
      }
      for (const [mine, reference] of answers) {
        expect(mine?.length).toBeGreaterThan(0);
        expect(mine?.length).toBe(reference?.length);
        for (const [index, value] of (mine ?? []).entries()) expect(value).toBeCloseTo(reference?.[index] ?? Number.NaN, 6);
      }
    },
  );
});

describe.skipIf(moto === null)('what PutMetricData refuses, as moto does', () => {
  let theirs: Reference;
  beforeAll(async () => {
    theirs = await startReference('moto', moto ?? '');
  }, HOOK_TIMEOUT_MS);
  afterAll(() => theirs?.stop());

  const set = { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 };
  const calls: [string, object, boolean][] = [
    ['a value', { Value: 1 }, true],
    ['values with counts', { Values: [1, 2], Counts: [1, 2] }, true],
    ['a statistic set', { StatisticValues: set }, true],
    ['NaN', { Value: Number.NaN }, false],
    ['NaN among values', { Values: [1, Number.NaN] }, false],
    ['a value beside values', { Value: 1, Values: [1] }, false],
    ['a value beside a statistic set', { Value: 1, StatisticValues: set }, false],
    ['counts that do not match', { Values: [1, 2], Counts: [1] }, false],
  ];
  it.each(calls)('%s', async (_what, rest, taken) => {
    const [mine, reference] = await Promise.all(
      [ours, theirs.client].map(async (client) => {
        try {
          await client.send(
            new PutMetricDataCommand({ Namespace: 'Game', MetricData: [{ MetricName: 'm', ...rest }] } as PutMetricDataCommandInput),
          );
          return 'taken';
        } catch (error) {
          const { Code, message } = error as { Code?: string; message: string };
          return `${Code}: ${message.toLowerCase()}`;
        }
      }),
    );
    expect(mine).toBe(reference);
    expect(mine === 'taken').toBe(taken);
  });
});
