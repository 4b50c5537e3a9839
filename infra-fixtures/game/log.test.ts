import type { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tableNames } from './definition.ts';

/** Each test has a log of its own, since level and service are read once per process. */
const lines: Record<string, unknown>[] = [];
const capture = (stream: Writable) =>
  vi.spyOn(stream, 'write').mockImplementation((line: unknown) => {
    lines.push(JSON.parse(String(line)) as Record<string, unknown>);
    return true;
  });

beforeEach(() => {
  vi.resetModules();
  lines.length = 0;
  for (const name of tableNames) vi.stubEnv(`TABLE_${name.toUpperCase()}`, name);
  vi.stubEnv('TOKEN_SECRET', 'a secret of more than thirty-two characters');
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'auth');
  capture(process.stdout);
  capture(process.stderr);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const freshLog = () => import('./log.ts');

it('writes JSON lines with the ids of the request, each with its own when many run at once', async () => {
  const { log, withCorrelation } = await freshLog();
  await Promise.all(
    ['1', '2'].map((id) =>
      withCorrelation({ traceId: `1-root-${id}`, requestId: id }, async () => {
        await Promise.resolve();
        log.warn('odd', { id, error: new TypeError('bad') });
      }),
    ),
  );
  log.warn('nobody asked');
  const error = expect.objectContaining({ name: 'TypeError', message: 'bad' });
  const common = { level: 'WARN', message: 'odd', service: 'auth', timestamp: expect.any(String), error };
  expect(lines.slice(0, 2)).toEqual(
    ['1', '2'].map((id) => expect.objectContaining({ ...common, id, correlation_id: `1-root-${id}`, function_request_id: id })),
  );
  expect(lines[2]).not.toHaveProperty('correlation_id');
});

it('says nothing below warnings unless it is asked to, and does not even look at what it would say', async () => {
  const { log } = await freshLog();
  const fields = vi.fn(() => ({}));
  log.debug('details', fields);
  log.info('news');
  expect(lines).toEqual([]);
  expect(fields).not.toHaveBeenCalled();
});

it('keeps secrets out of what it is told to write', async () => {
  vi.stubEnv('LOG_LEVEL', 'debug');
  const { log } = await freshLog();
  const secret = { password: 'p1', token: 't1', headers: { Authorization: 'Bearer t2', Host: 'h' }, list: [{ refreshToken: 't3' }] };
  log.debug('request', () => ({ event: secret }));
  expect(lines[0]).toMatchObject({ level: 'DEBUG', event: { headers: { Host: 'h' } } });
  expect(JSON.stringify(lines)).not.toMatch(/p1|t1|t2|t3/);
});

it('waits for each debug line where the log is shipped line by line, and for no other', async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  vi.stubEnv('LOG_WAIT_MS', '30');
  const { log } = await freshLog();
  const waits = vi.spyOn(Atomics, 'wait');
  log.warn('odd');
  expect(waits).not.toHaveBeenCalled();
  log.debug('details', () => ({}));
  expect(waits.mock.results).toEqual([{ type: 'return', value: 'timed-out' }]);
});
