import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startRespServer } from '../local/redis/resp-server.ts';
import { gameEnvironment } from '../local/stack-environment.ts';

/** A Redis that has all the clients it takes: it says so and hangs up, as the real one does. With room it hands on to a real one. */
const startFullRedis = async (roomAt: number | null = null) => {
  let room = false;
  let connections = 0;
  const server = createServer((socket: Socket) => {
    connections++;
    socket.on('error', () => undefined);
    if (room && roomAt !== null) socket.pipe(connect(roomAt, '127.0.0.1')).pipe(socket);
    else socket.end('-ERR max number of clients reached\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const makeRoom = (): void => {
    room = true;
  };
  return { server, port: (server.address() as AddressInfo).port, connections: () => connections, makeRoom };
};

/** One cache per test: the connection is the process' own. */
const freshCache = async (port: number) => {
  vi.resetModules();
  vi.stubEnv('REDIS_URL', `redis://127.0.0.1:${port}`);
  return import('./cache.ts');
};

const logged: { message?: string; CacheHits?: number; CacheMisses?: number; CacheErrors?: number }[] = [];
beforeEach(() => {
  logged.length = 0;
  for (const [name, value] of Object.entries(gameEnvironment('test', { dynamodb: false }))) vi.stubEnv(name, value);
  for (const output of [process.stdout, process.stderr]) {
    vi.spyOn(output, 'write').mockImplementation((line) => logged.push(JSON.parse(String(line)) as object) > 0);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

it('goes to the database while Redis refuses connections, without asking it for each request', async () => {
  const { server, port, connections } = await startFullRedis();
  const { cachedJson, redisKey } = await freshCache(port);
  vi.spyOn(Math, 'random').mockReturnValue(1); // the longest wait: 100 ms, 200 ms…
  const answers: string[] = [];
  const begunAt = Date.now();
  for (let request = 0; request < 200; request++) answers.push(await cachedJson(redisKey('answer'), 60, async () => request));
  const tookMs = Date.now() - begunAt;
  expect(answers).toEqual(answers.map((_, request) => String(request)));
  // As many attempts as fit into the time with waits that double.
  expect(connections()).toBeGreaterThanOrEqual(1);
  expect(connections()).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(1 + tookMs / 100)));
  const { publish } = await import('./metrics.ts');
  publish();
  expect(logged.find((line) => line.CacheErrors !== undefined)).toMatchObject({ CacheErrors: 400 });
  expect(logged.some((line) => line.CacheMisses !== undefined)).toBe(false);
  expect(logged.filter(({ message }) => message === 'cache is not available').length).toBeLessThanOrEqual(1 + tookMs / 1000);
  server.close();
});

it('comes back to Redis once it takes connections again', async () => {
  const well = await startRespServer({ memoryMaxBytes: 1_000_000 });
  const { server, port, makeRoom } = await startFullRedis(well.port);
  const { cachedJson, redis, redisKey } = await freshCache(port);
  vi.spyOn(Math, 'random').mockReturnValue(0); // the shortest waits
  await cachedJson(redisKey('answer'), 60, async () => 1);
  makeRoom();
  const connection = await vi.waitFor(() => redis(), { timeout: 5000, interval: 20 });
  expect(await cachedJson(redisKey('answer'), 60, async () => 2)).toBe('2');
  expect(await cachedJson(redisKey('answer'), 60, async () => 3)).toBe('2');
  const { publish } = await import('./metrics.ts');
  publish();
  expect(logged.find((line) => line.CacheHits !== undefined)).toMatchObject({ CacheHits: 1, CacheMisses: 1 });
  connection.destroy();
  server.close();
  await well.stop();
});

it('replaces what is kept when it warms', async () => {
  const server = await startRespServer({ memoryMaxBytes: 1_000_000 });
  const { cachedJson, redis, redisKey, warm } = await freshCache(server.port);
  await warm(redisKey('answer'), 60, async () => 'first');
  expect(await cachedJson(redisKey('answer'), 60, async () => 'not asked')).toBe('"first"');
  await warm(redisKey('answer'), 60, async () => 'second');
  expect(await cachedJson(redisKey('answer'), 60, async () => 'not asked')).toBe('"second"');
  (await redis()).destroy();
  await server.stop();
});
