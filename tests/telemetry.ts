import { onTestFinished } from 'vitest';
import { type AwsClients, awsClients } from '../analyzers/sources/clients.ts';
import type { Clock } from '../analyzers/sources/clock.ts';
import { alarmRequests } from '../infra-fixtures/local/monitoring.ts';
import { PLATFORM_PATH, type PlatformMetric } from '../infra-fixtures/local/telemetry/platform.ts';
import { startTelemetry } from '../infra-fixtures/local/telemetry/telemetry.ts';
import type { TroubleName } from '../infra-fixtures/local/telemetry/trouble.ts';

/** The stack's CloudWatch, X-Ray and Logs in this process, with a clock that goes on only when somebody sleeps. */
export interface TestTelemetry {
  endpoint: string;
  clients: AwsClients;
  clock: TestClock;
  /** Hands over observations, as the platform does. */
  tell(metrics: readonly Told[]): Promise<void>;
}

export interface TestClock extends Clock {
  /** How long was slept, altogether. */
  sleptMs: number;
}

export type Told = Pick<PlatformMetric, 'namespace' | 'metric' | 'dimensions' | 'atS' | 'values'>;

/** A whole minute, near enough to the true time for signatures. */
const wholeMinuteS = (): number => Math.floor(Date.now() / 60_000) * 60;

export function testClock(startS = wholeMinuteS()): TestClock {
  const clock: TestClock = {
    sleptMs: 0,
    now: () => startS * 1000 + clock.sleptMs,
    sleep: async (ms, signal) => {
      if (!signal?.aborted) clock.sleptMs += ms;
    },
  };
  return clock;
}

/** The same sequence each time: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

export async function startTestTelemetry({
  periodS = 60,
  delayS = 0,
  trouble = [],
  clock = testClock(),
}: {
  periodS?: number;
  delayS?: number;
  trouble?: readonly TroubleName[];
  clock?: TestClock;
} = {}): Promise<TestTelemetry> {
  const telemetry = await startTelemetry({ periodS, delayS, trouble, clock: clock.now, random: seeded(7), alarms: alarmRequests() });
  const { endpoint } = telemetry;
  const clients = testClients(endpoint, clock.now);
  onTestFinished(async () => {
    clients.destroy();
    await telemetry.stop();
  });
  const tell = async (metrics: readonly Told[]): Promise<void> => {
    const batch = {
      metrics: metrics.map((each) => ({ unit: 'Count', counts: each.values.map(() => 1), ...each })),
      logs: [],
      segments: [],
    };
    const answer = await fetch(endpoint + PLATFORM_PATH, { method: 'POST', body: JSON.stringify(batch) });
    if (!answer.ok) throw new Error(`the batch was refused: ${answer.status}`);
  };
  return { endpoint, clients, clock, tell };
}

const testClients = (endpoint: string, now: () => number): AwsClients =>
  awsClients({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }, now);

/** An error as the SDK throws it. */
export const awsError = (name: string, message = '', status = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

/** A client that answers by a function of the command's name and input. */
export function stubClient<C>(answer: (command: string, input: Record<string, unknown>) => unknown): C & { calls: string[] } {
  const calls: string[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }): Promise<unknown> => {
    const name = command.constructor.name.replace(/Command$/, '');
    calls.push(name);
    return answer(name, command.input);
  };
  return { calls, send } as unknown as C & { calls: string[] };
}
