import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEmulator, type RunningEmulator, startEmulator } from '../../../../tests/aws-reference.ts';
import { startTelemetryServer, type TelemetryServer } from '../server.ts';
import { createLogs } from './logs.ts';

const moto = findEmulator('moto');

const clientOf = (endpoint: string) =>
  new sdk.CloudWatchLogsClient({ region: 'us-east-1', endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });

describe.skipIf(moto === null)('against moto, which is skipped when moto_server is neither on PATH nor in $LOADKIT_AWS_REFERENCE', () => {
  let emulator: RunningEmulator;
  let server: TelemetryServer;
  let clients: { ours: sdk.CloudWatchLogsClient; theirs: sdk.CloudWatchLogsClient };
  const startMs = Date.now() - 60_000;

  beforeAll(async () => {
    emulator = await startEmulator('moto', moto ?? '');
    const theirs = clientOf(emulator.endpoint);
    const { service, ingest } = createLogs({ clock: Date.now, delayS: 0, onEmbeddedMetric: () => undefined });
    server = await startTelemetryServer({ services: [service], onBatch: () => undefined });
    clients = { ours: clientOf(server.endpoint), theirs };
    await theirs.send(new sdk.CreateLogGroupCommand({ logGroupName: 'g' }));
    for (const logStreamName of ['a', 'b']) {
      const logEvents = linesOf(logStreamName);
      ingest('g', logStreamName, logEvents);
      await theirs.send(new sdk.CreateLogStreamCommand({ logGroupName: 'g', logStreamName }));
      await theirs.send(new sdk.PutLogEventsCommand({ logGroupName: 'g', logStreamName, logEvents }));
    }
  }, 70_000);
  afterAll(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await server.stop();
    await emulator.stop();
  });

  const linesOf = (stream: string) =>
    Array.from({ length: 20 }, (_, index) => ({
      timestamp: startMs + 10 * index + (stream === 'a' ? 0 : 5),
      message: JSON.stringify({ level: index % 3 === 0 ? 'ERROR' : 'INFO', index, stream }),
    }));

  /** What both answer, or the names of the errors. */
  const both = async <T>(call: (client: sdk.CloudWatchLogsClient) => Promise<T>): Promise<[T | string, T | string]> => {
    const told = (client: sdk.CloudWatchLogsClient) => call(client).catch((error: Error) => error.name);
    return [await told(clients.ours), await told(clients.theirs)];
  };
  const filtered = (input: Partial<sdk.FilterLogEventsCommandInput>) =>
    both(async (client) => {
      const { events } = await client.send(new sdk.FilterLogEventsCommand({ logGroupName: 'g', interleaved: true, ...input }));
      return events?.map(({ message, timestamp, logStreamName }) => ({ message, timestamp, logStreamName }));
    });

  it.each<[string, Partial<sdk.FilterLogEventsCommandInput>]>([
    ['everything', {}],
    ['a quoted text', { filterPattern: '"ERROR"' }],
    ['a text that is not there', { filterPattern: '"WARN"' }],
    ['a range', { startTime: startMs + 50, endTime: startMs + 100 }],
    ['no such group', { logGroupName: 'none' }],
  ])('FilterLogEvents: %s', async (_what, input) => {
    const [ours, theirs] = await filtered(input);
    expect(ours).toEqual(theirs);
  });
});
