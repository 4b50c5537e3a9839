import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gameEnvironment } from '../local/stack-environment.ts';

const logged: Record<string, unknown>[] = [];
beforeEach(() => {
  vi.resetModules();
  logged.length = 0;
  for (const [name, value] of Object.entries(gameEnvironment('test', { dynamodb: false }))) vi.stubEnv(name, value);
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'auth');
  for (const output of [process.stdout, process.stderr]) {
    vi.spyOn(output, 'write').mockImplementation((line) => logged.push(JSON.parse(String(line)) as Record<string, unknown>) > 0);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const context = { awsRequestId: 'request-1' } as Context;
const event = {
  headers: { Authorization: 'Bearer secret-1', 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' },
  queryStringParameters: { token: 'secret-2' },
  body: JSON.stringify({ email: 'ada@example.com', password: 'secret-3' }),
};

it('logs the event and the answer at debug, without what is secret in them', async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  const { invocation } = await import('./invocation.ts');
  const answer = { statusCode: 200, body: JSON.stringify({ userId: 'u-1', token: 'secret-4', refreshToken: 'secret-5' }) };
  expect(await invocation(event, context, async () => answer)).toBe(answer);
  const ids = { function_request_id: 'request-1', correlation_id: '1-67891233-abcdef012345678912345678' };
  expect(logged).toMatchObject([
    { level: 'DEBUG', message: 'invoked', ...ids, event: { body: { email: 'ada@example.com' } } },
    { level: 'DEBUG', message: 'answered', ...ids, answer: { statusCode: 200, body: { userId: 'u-1' } } },
  ]);
  expect(JSON.stringify(logged)).not.toContain('secret');
});

it('leaves out a body that is no JSON, since nobody knows what is in it', async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  const { invocation } = await import('./invocation.ts');
  await invocation({ body: 'password=secret' }, context, async () => null);
  expect(logged[0]).toMatchObject({ event: { body: '15 characters that are no JSON' } });
});

it("takes Lambda's own trace id before the client's, and logs nothing of a healthy request by default", async () => {
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-11111111-222222222222222222222222;Parent=53995c3f42cd8ad8;Sampled=0');
  const { invocation } = await import('./invocation.ts');
  const { log } = await import('./log.ts');
  await invocation(event, context, async () => log.warn('odd'));
  expect(logged).toMatchObject([{ message: 'odd', correlation_id: '1-11111111-222222222222222222222222' }]);
});

it('counts requests, what failed, and the first of an environment, and hands errors on', async () => {
  const { invocation } = await import('./invocation.ts');
  const { publish } = await import('./metrics.ts');
  await invocation(event, context, async () => null);
  await expect(invocation(event, context, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  publish();
  expect(logged).toMatchObject([{ service: 'auth', Requests: 2, RequestsFailed: 1, ColdStarts: 1 }]);
});
