import { afterEach, expect, it } from 'vitest';
import { InvocationError, type Invoke } from './function-host.ts';
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
