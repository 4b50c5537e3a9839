import { createClient } from 'redis';
import { afterEach, describe, expect, it } from 'vitest';
import { receivePlatform } from '../../tests/platform-batches.ts';
import { startChild } from './child.ts';
import { cacheNodeDimensions } from './names.ts';
import { startRespServer } from './redis/resp-server.ts';
import type { RedisReady } from './redis-process.ts';
import { healthySettings, type StackSettings, settingsEnvironment } from './settings.ts';

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});

const startReceiver = async () => {
  const receiver = await receivePlatform();
  stops.push(() => receiver.stop());
  return receiver;
};

const start = async (cache: Partial<StackSettings['cache']>, env: Record<string, string>) => {
  const settings = healthySettings();
  Object.assign(settings.cache, cache);
  const child = startChild('redis-process', { env: { ...env, ...settingsEnvironment(settings) } });
  stops.push(() => child.stop());
  return child.message<RedisReady>('listening');
};

const connectTo = async (url: string) => {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  await client.ping(); // a server that is full answers the first command with its error
  stops.push(() => client.destroy());
  return client;
};

// With a redis-server where there is one, and with the built-in one.
describe.each([
  ['the server on PATH', process.env['PATH'] ?? ''],
  ['the built-in server', ''],
])('with %s', (_, PATH) => {
  it('holds to its limits, and tells ElastiCache’s metrics', async () => {
    const endpoint = await startReceiver();
    const memoryMaxBytes = 3_000_000;
    const { url } = await start({ clientsMax: 2, memoryMaxBytes }, { PATH, TELEMETRY_ENDPOINT: endpoint.url });
    const [first] = [await connectTo(url), await connectTo(url)];
    await expect(connectTo(url)).rejects.toThrow(/max number of clients|closed|ECONNRESET|EPIPE/i);
    await first.set('stays', 'x');
    const page = 'x'.repeat(5000);
    await Promise.all(Array.from({ length: 1000 }, (_, at) => first.set(`page:${at}`, page, { expiration: { type: 'EX', value: 60 } })));
    expect(await first.get('stays')).toBe('x');
    // redis-server takes the oldest of a sample, not the very oldest.
    const left = await first.exists(Array.from({ length: 1000 }, (_, at) => `page:${at}`));
    expect(left).toBeGreaterThan(100);
    expect(left).toBeLessThan(800);
    const sum = (name: string): number => endpoint.sum(name, cacheNodeDimensions);
    await expect.poll(() => [sum('CacheHits'), sum('CacheMisses')], { timeout: 8000 }).toEqual([1 + left, 1000 - left]);
    expect(sum('Evictions')).toBe(1000 - left);
    expect(endpoint.metrics.find(({ metric }) => metric === 'CurrConnections')?.values[0]).toBeLessThanOrEqual(2);
    expect(endpoint.metrics.every(({ namespace }) => namespace === 'AWS/ElastiCache')).toBe(true);
  });

  it('empties what is cached again and again, and nothing else', async () => {
    const endpoint = await startReceiver();
    const { url } = await start({ emptiedEveryMs: 50 }, { PATH, TELEMETRY_ENDPOINT: endpoint.url, REDIS_KEY_PREFIX: 'loadkit:x:' });
    const client = await connectTo(url);
    const expiration = { type: 'EX', value: 60 } as const;
    const kept = ['loadkit:x:task:1', 'loadkit:x:engine:heartbeat:1', 'cached:guilds:1', 'loadkit:y:cached:guilds:1'];
    for (const key of kept) await client.set(key, 'x', { expiration });
    await client.set('loadkit:x:cached:items', 'x', { expiration });
    await client.set('loadkit:x:cached:leaderboards:level:10', 'x', { expiration });
    await expect.poll(() => client.exists(['loadkit:x:cached:items', 'loadkit:x:cached:leaderboards:level:10'])).toBe(0);
    expect(await client.exists(kept)).toBe(kept.length);
    await expect.poll(() => endpoint.metrics.filter(({ metric }) => metric === 'CurrItems').length, { timeout: 8000 }).toBeGreaterThan(0);
    expect(endpoint.sum('Evictions', cacheNodeDimensions)).toBe(0);
    const connections = endpoint.metrics.filter(({ metric }) => metric === 'CurrConnections').flatMap(({ values }) => values);
    expect(new Set(connections)).toEqual(new Set([1]));
  });
});

it('looks at a Redis that is not its own, and leaves it running', async () => {
  const other = await startRespServer({ memoryMaxBytes: 1_000_000 });
  stops.push(() => other.stop());
  const endpoint = await startReceiver();
  const ready = await start({}, { PATH: '', REDIS_URL: `redis://127.0.0.1:${other.port}`, TELEMETRY_ENDPOINT: endpoint.url });
  expect(ready).toMatchObject({ url: `redis://127.0.0.1:${other.port}`, serverPid: null });
  await expect.poll(() => endpoint.metrics.some(({ metric }) => metric === 'CurrItems'), { timeout: 8000 }).toBe(true);
  await stops.pop()?.();
  expect(await (await connectTo(ready.url)).ping()).toBe('PONG');
});
