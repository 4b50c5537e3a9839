import { randomBytes } from 'node:crypto';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { startChild } from '../infra-fixtures/local/child.ts';
import type { TelemetryReady } from '../infra-fixtures/local/telemetry-process.ts';
import { findEmulator, startEmulator } from '../tests/aws-reference.ts';
import { spread } from './measure.ts';

const ROUNDS = 5;
const ROUND_MS = 3000;
/** Callers at a time, so that neither side waits for a single client. */
const CALLERS = 4;

/** PutMetricData and PutTraceSegments against moto's, each in a process of its own, called by the same clients in turn: at least three times its rate. */
export async function bench(): Promise<string> {
  const program = findEmulator('moto');
  if (program === null) return 'no moto_server here: rates were not compared';
  const moto = await startEmulator('moto', program);
  const ours = startChild('telemetry-process', { env: process.env as Record<string, string> });
  try {
    const { endpoint } = await ours.message<TelemetryReady>('listening');
    return [
      await compare('PutMetricData', endpoint, moto.endpoint, putMetricData),
      await compare('PutTraceSegments', endpoint, moto.endpoint, putTraceSegments),
    ].join('\n');
  } finally {
    await ours.stop();
    await moto.stop();
  }
}

type Caller = (endpoint: string) => { call(): Promise<unknown>; destroy(): void };

const SETTINGS = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

/** Twenty data a call, as a process that tells once a second. */
const putMetricData: Caller = (endpoint) => {
  const client = new CloudWatchClient({ ...SETTINGS, endpoint });
  const MetricData = Array.from({ length: 20 }, (_, i) => ({
    MetricName: `metric-${i}`,
    Dimensions: [{ Name: 'service', Value: 'bench' }],
    Unit: 'Milliseconds' as const,
  }));
  const call = () =>
    client.send(
      new PutMetricDataCommand({
        Namespace: 'Bench',
        MetricData: MetricData.map((datum, i) => ({ ...datum, Value: i, Timestamp: new Date() })),
      }),
    );
  return { call, destroy: () => client.destroy() };
};

/** Ten segments with a subsegment each. */
const putTraceSegments: Caller = (endpoint) => {
  const client = new XRayClient({ ...SETTINGS, endpoint });
  const call = () => {
    const endS = Date.now() / 1000;
    const TraceSegmentDocuments = Array.from({ length: 10 }, () =>
      JSON.stringify({
        name: 'bench',
        id: randomBytes(8).toString('hex'),
        trace_id: `1-${Math.floor(endS).toString(16)}-${randomBytes(12).toString('hex')}`,
        start_time: endS - 0.1,
        end_time: endS,
        subsegments: [
          { name: 'DynamoDB', id: randomBytes(8).toString('hex'), namespace: 'aws', start_time: endS - 0.09, end_time: endS - 0.01 },
        ],
      }),
    );
    return client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
  };
  return { call, destroy: () => client.destroy() };
};

async function compare(name: string, ours: string, moto: string, caller: Caller): Promise<string> {
  const rates = { ours: [] as number[], moto: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.moto.push(await rate(caller(moto)));
    rates.ours.push(await rate(caller(ours)));
  }
  const ratios = rates.ours.map((rate, i) => rate / (rates.moto[i] ?? Number.NaN));
  return `${name}: ${spread(rates.ours, 0)} calls/s against moto's ${spread(rates.moto, 0)}, ratio ${spread(ratios, 1)} (target: at least 3), ${ROUNDS} pairs`;
}

async function rate({ call, destroy }: ReturnType<Caller>): Promise<number> {
  const began = performance.now();
  let calls = 0;
  const one = async () => {
    while (performance.now() - began < ROUND_MS) {
      await call();
      calls += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: CALLERS }, one));
    return (1000 * calls) / (performance.now() - began);
  } finally {
    destroy();
  }
}
