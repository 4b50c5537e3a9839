import { afterEach, expect, it } from 'vitest';
import { recordingPlatform } from '../../../tests/recording-platform.ts';
import type { Invoke } from '../lambda/function-host.ts';
import { InvocationError } from '../lambda/invocation-error.ts';
import { type RestApi, startRestApi } from './rest-api.ts';

let api: RestApi | undefined;
afterEach(() => api?.stop());

const ask = async (invoke: Invoke, body = '{}'): Promise<{ status: number; headers: Headers; text: string }> => {
  api = await startRestApi({ invoke, integrationTimeoutMs: 50, bodyMaxBytes: 1000 });
  const response = await fetch(`${api.url}/auth/sign-in`, { method: 'POST', body });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

it('hands on what the function answers: status, headers of either kind, text and bytes', async () => {
  const answer = await ask(async () => ({
    statusCode: 201,
    headers: { 'X-One': 1 },
    multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    body: Buffer.from('steam ⚙').toString('base64'),
    isBase64Encoded: true,
  }));
  expect(answer).toMatchObject({ status: 201, text: 'steam ⚙' });
  expect(answer.headers.get('x-one')).toBe('1');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
});

it('answers as API Gateway does when the function does not', async () => {
  const internal = '{"message":"Internal server error"}';
  const failing =
    (kind: InvocationError['kind']): Invoke =>
    () =>
      Promise.reject(new InvocationError(kind, kind));
  const outcomes: [Invoke, number, string][] = [
    [failing('failed'), 502, internal],
    [failing('timed-out'), 502, internal],
    [failing('throttled'), 500, internal],
    [() => new Promise(() => undefined), 504, '{"message":"Endpoint request timed out"}'],
    [async () => 'not a proxy result', 502, internal],
    [async () => ({ statusCode: '200' }), 502, internal],
    [async () => ({ statusCode: 200, body: { an: 'object' } }), 502, internal],
    [async () => null, 502, internal],
    [async () => ({ statusCode: 200, headers: { 'x-bad': 'a\nb' } }), 502, internal],
    [async () => ({ statusCode: 200, headers: { 'no header': 'x' } }), 502, internal],
  ];
  for (const [invoke, status, text] of outcomes) {
    expect(await ask(invoke)).toMatchObject({ status, text });
    await api?.stop();
  }
});

it('refuses a body that is too long, however it comes, and keeps the connection usable', async () => {
  const seen: unknown[] = [];
  const invoke: Invoke = async (_name, event) => {
    seen.push((event as { body: unknown }).body);
    return { statusCode: 200, body: '' };
  };
  expect(await ask(invoke, 'x'.repeat(1001))).toMatchObject({
    status: 413,
    text: '{"message":"HTTP content length exceeded 1000 bytes."}',
  });
  const chunks = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array(400).fill(120));
      controller.close();
    },
  });
  const chunked = await fetch(`${api?.url}/auth/sign-in`, { method: 'POST', body: chunks, duplex: 'half' } as RequestInit);
  expect(chunked.status).toBe(413);
  expect(seen).toEqual([]);
  expect((await fetch(`${api?.url}/auth/sign-in`, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200);
  expect(seen).toEqual(['x'.repeat(1000)]);
});

it('answers 400 to a path that is not escaped properly', async () => {
  await ask(async () => ({ statusCode: 200 }));
  expect((await fetch(`${api?.url}/guilds/%zz`)).status).toBe(400);
});

it('throttles by rate and burst, before any function is called', async () => {
  let calls = 0;
  const platform = recordingPlatform();
  const invoke: Invoke = async () => {
    calls++;
    return { statusCode: 200 };
  };
  api = await startRestApi({ invoke, throttle: { ratePerS: 0, burst: 2 }, platform });
  const statuses: number[] = [];
  let last: Response | undefined;
  for (let i = 0; i < 3; i++) {
    last = await fetch(`${api.url}/auth/sign-in`, { method: 'POST', body: '{}' });
    statuses.push(last.status);
  }
  expect(statuses).toEqual([200, 200, 429]);
  expect(last?.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
  expect(await last?.text()).toBe('{"message":"Too Many Requests"}');
  expect(calls).toBe(2);
  const stage = { ApiName: 'api', Stage: 'prod' };
  expect(platform.values('Count', stage)).toEqual([1, 1, 1]);
  expect(platform.values('4XXError', stage)).toEqual([0, 0, 1]);
  expect(platform.values('IntegrationLatency', stage)).toHaveLength(2);
});

it('tells what it answered: of the API, the stage and the method', async () => {
  const platform = recordingPlatform();
  const invoke: Invoke = async (name) => {
    if (name === 'auth') throw new InvocationError('throttled', 'throttled');
    return { statusCode: 404 };
  };
  api = await startRestApi({ invoke, platform });
  for (const path of ['/auth/sign-in', '/characters', '/nowhere']) await fetch(`${api.url}${path}`, { method: 'POST', body: '{}' });
  const stage = { ApiName: 'api', Stage: 'prod' };
  const method = (Resource: string) => ({ ...stage, Resource, Method: 'POST' });
  expect(platform.values('Count', { ApiName: 'api' })).toEqual([1, 1, 1]);
  expect(platform.values('5XXError', stage)).toEqual([1, 0, 0]);
  expect(platform.values('4XXError', stage)).toEqual([0, 1, 1]);
  expect(platform.values('5XXError', method('/auth/sign-in'))).toEqual([1]);
  expect(platform.values('Latency', method('/characters'))).toHaveLength(1);
  expect(platform.values('Latency', method('/nowhere'))).toEqual([]);
  expect(new Set(platform.metrics.map(({ namespace }) => namespace))).toEqual(new Set(['AWS/ApiGateway']));
});

it('traces what is sampled, and hands the function its place in the trace', async () => {
  const platform = recordingPlatform();
  const given: unknown[] = [];
  const invoke: Invoke = async (name, _event, trace) => {
    given.push(trace);
    if (name === 'auth') throw new InvocationError('throttled', 'throttled');
    return { statusCode: 201, body: '{}' };
  };
  api = await startRestApi({ invoke, platform });
  const root = '1-67891233-abcdef012345678912345678';
  const ask = (path: string, header: string) =>
    fetch(`${api?.url}${path}?token=secret`, { method: 'POST', body: '{}', headers: { 'x-amzn-trace-id': header } });
  await ask('/characters', `Root=${root};Sampled=1`);
  await ask('/characters', `Root=${root};Sampled=0`);
  await ask('/auth/sign-in', `Root=${root};Parent=0123456789abcdef;Sampled=1`);
  expect(platform.segments).toHaveLength(2);
  const [fine, throttled] = platform.segments as [{ subsegments: { id: string }[] }, object];
  expect(fine).toMatchObject({
    name: 'api/prod',
    origin: 'AWS::ApiGateway::Stage',
    trace_id: root,
    http: { request: { method: 'POST', url: `${api.url}/characters` }, response: { status: 201, content_length: 2 } },
    aws: { api_gateway: { account_id: '000000000000', rest_api_id: 'api', stage: 'prod', request_id: expect.any(String) } },
    subsegments: [
      { name: 'Lambda', namespace: 'aws', aws: { function_name: 'character', operation: 'Invoke' }, http: { response: { status: 201 } } },
    ],
  });
  expect(fine).not.toHaveProperty('fault');
  expect(fine).not.toHaveProperty('parent_id');
  expect(given).toMatchObject([
    { root, parent: fine.subsegments[0]?.id, sampled: true },
    { root, sampled: false },
    { root, sampled: true },
  ]);
  expect(throttled).toMatchObject({
    parent_id: '0123456789abcdef',
    fault: true,
    http: { response: { status: 500 } },
    subsegments: [{ throttle: true, error: true, http: { response: { status: 429 } } }],
  });
});
