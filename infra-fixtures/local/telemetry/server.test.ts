import { gzipSync } from 'node:zlib';
import { CloudWatchClient, ListDashboardsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetTraceSummariesCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterEach, expect, it } from 'vitest';
import type { PlatformBatch } from './platform.ts';
import { startTelemetryServer, type TelemetryServer, type TelemetryServerOptions } from './server.ts';
import { AwsError, type Operation, type Service } from './service.ts';

let server: TelemetryServer | undefined;
afterEach(async () => {
  await server?.stop();
});

const serviceOf = (prefix: string, operations: Record<string, Operation>): Service => ({ prefix, operations });

const start = async (options: Partial<TelemetryServerOptions> = {}): Promise<string> => {
  server = await startTelemetryServer({
    services: [
      serviceOf('cloudwatch', { ListMetrics: (input) => ({ Metrics: [{ MetricName: JSON.stringify(input) }] }) }),
      serviceOf('logs', { FilterLogEvents: () => ({ events: [{ message: 'a line' }] }) }),
      serviceOf('xray', { GetTraceSummaries: () => ({ TraceSummaries: [{ Id: '1-2-3' }] }) }),
    ],
    xrayPaths: { '/TraceSummaries': 'GetTraceSummaries' },
    onBatch: () => undefined,
    ...options,
  });
  return server.endpoint;
};

const config = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
const times = { StartTime: new Date(0), EndTime: new Date(1000) };

const post = (endpoint: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${endpoint}/`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics', authorization: 'AWS4-HMAC-SHA256 any', ...headers },
  });

it('speaks the protocols of the three services', async () => {
  const endpoint = await start();
  const metrics = await new CloudWatchClient(config(endpoint)).send(new ListMetricsCommand({ Namespace: 'Game' }));
  expect(metrics.Metrics?.[0]?.MetricName).toBe('{"Namespace":"Game"}');
  expect(metrics.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  const logs = await new CloudWatchLogsClient(config(endpoint)).send(new FilterLogEventsCommand({ logGroupName: 'g' }));
  expect(logs.events?.[0]?.message).toBe('a line');
  const traces = await new XRayClient(config(endpoint)).send(new GetTraceSummariesCommand(times));
  expect(traces.TraceSummaries?.[0]?.Id).toBe('1-2-3');
});

it('answers with a service error in the way of each protocol', async () => {
  const fail: Operation = () => {
    throw new AwsError('ThrottledException', 'slow down', 429);
  };
  const endpoint = await start({
    services: [
      serviceOf('cloudwatch', { ListMetrics: fail }),
      serviceOf('logs', { FilterLogEvents: fail }),
      serviceOf('xray', { GetTraceSummaries: fail }),
    ],
  });
  const expected = { name: 'ThrottledException', message: 'slow down', $metadata: { httpStatusCode: 429 } };
  await expect(new CloudWatchClient(config(endpoint)).send(new ListMetricsCommand({}))).rejects.toMatchObject(expected);
  await expect(new CloudWatchLogsClient(config(endpoint)).send(new FilterLogEventsCommand({}))).rejects.toMatchObject(expected);
  await expect(new XRayClient(config(endpoint)).send(new GetTraceSummariesCommand(times))).rejects.toMatchObject(expected);
});

it('refuses operations and services that it does not have', async () => {
  const endpoint = await start({ services: [serviceOf('cloudwatch', {})] });
  const unknown = { name: 'UnknownOperationException' };
  await expect(new CloudWatchClient(config(endpoint)).send(new ListDashboardsCommand({}))).rejects.toMatchObject(unknown);
  await expect(new CloudWatchLogsClient(config(endpoint)).send(new FilterLogEventsCommand({}))).rejects.toMatchObject(unknown);
  await expect(new XRayClient(config(endpoint)).send(new GetTraceSummariesCommand(times))).rejects.toMatchObject(unknown);
  for (const target of ['GraniteServiceVersion20100801.constructor', 'Nobody.ListMetrics', 'nonsense']) {
    const answer = await post(endpoint, '{}', { 'x-amz-target': target });
    expect(await answer.text()).toMatch(/not recognized/);
    expect(answer.ok).toBe(false);
  }
  expect((await fetch(endpoint)).status).toBe(404);
});

it('refuses what is not signed, and what is no JSON object', async () => {
  const endpoint = await start();
  const unsigned = await fetch(`${endpoint}/`, {
    method: 'POST',
    body: '{}',
    headers: { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics' },
  });
  expect(unsigned.status).toBe(403);
  expect(await unsigned.json()).toMatchObject({ __type: expect.stringContaining('MissingAuthenticationToken') });
  expect(unsigned.headers.get('x-amzn-query-error')).toBe('MissingAuthenticationToken;Sender');
  for (const body of ['{', '[]', '"x"', '1']) {
    const answer = await post(endpoint, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: 'com.amazon.coral.service#SerializationException' });
  }
});

it('reads compressed bodies, and none that is too large before or after that', async () => {
  const endpoint = await start();
  const body = JSON.stringify({ a: 1 });
  const named = '{"Metrics":[{"MetricName":"{\\"a\\":1}"}]}';
  expect(await (await post(endpoint, gzipSync(body), { 'content-encoding': 'gzip' })).text()).toBe(named);
  expect((await post(endpoint, body, { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await post(endpoint, body, { 'content-encoding': 'br' })).status).toBe(400);
  const large = Buffer.alloc(9 * 1024 * 1024, ' ');
  expect((await post(endpoint, large)).status).toBe(413);
  expect((await post(endpoint, Buffer.alloc(1024 * 1024 + 1, ' '))).status).toBe(413);
  expect((await post(endpoint, gzipSync(large), { 'content-encoding': 'gzip' })).status).toBe(400);
});

it("takes the platform's batches, also while it is in trouble", async () => {
  const batches: PlatformBatch[] = [];
  const endpoint = await start({ onBatch: (batch) => batches.push(batch), resets: () => true });
  const batch: PlatformBatch = { metrics: [], logs: [{ group: 'g', stream: 's', events: [{ timestamp: 1, message: 'm' }] }], segments: [] };
  const answer = await fetch(`${endpoint}/_platform`, { method: 'POST', body: JSON.stringify(batch) });
  expect(answer.status).toBe(204);
  expect(batches).toEqual([batch]);
  const nonsense = await fetch(`${endpoint}/_platform`, { method: 'POST', body: '{' });
  expect(nonsense.status).toBe(400);
  expect(batches).toHaveLength(1);
});

it('resets connections and shows another time when it is told to', async () => {
  let broken = true;
  const endpoint = await start({ resets: () => broken, dateMs: () => Date.UTC(2020, 0, 1) });
  const client = new CloudWatchClient(config(endpoint));
  await expect(client.send(new ListMetricsCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
  broken = false;
  expect((await client.send(new ListMetricsCommand({}))).Metrics).toHaveLength(1);
  expect((await post(endpoint, '{}')).headers.get('date')).toBe('Wed, 01 Jan 2020 00:00:00 GMT');
});
