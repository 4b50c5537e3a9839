import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createClient } from 'redis';
import { afterEach, expect, it } from 'vitest';
import type { Platform } from '../telemetry/platform.ts';
import { startRedisCollector } from './collector.ts';
import { parseInfo } from './info.ts';
import { type RespServer, startRespServer } from './resp-server.ts';

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});

const start = async (options: Partial<Parameters<typeof startRespServer>[0]> = {}) => {
  const server: RespServer = await startRespServer({ memoryMaxBytes: 1_000_000, ...options });
  const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: 2 });
  client.on('error', () => undefined);
  await client.connect();
  stops.push(
    () => server.stop(),
    () => client.destroy(),
  );
  return { server, client };
};

const sums = () => {
  const told = new Map<string, number>();
  const last = new Map<string, number>();
  const dimensionsSeen = new Set<string>();
  const platform: Platform = {
    metric: (namespace, name, dimensions, value) => {
      dimensionsSeen.add(`${namespace} ${JSON.stringify(dimensions)}`);
      if (!('CacheNodeId' in dimensions)) return;
      told.set(name, (told.get(name) ?? 0) + value);
      last.set(name, value);
    },
    log: () => undefined,
    segment: () => undefined,
    stop: async () => undefined,
  };
  return { told, last, dimensionsSeen, platform };
};

it('tells what a server did as ElastiCache does, without itself', async () => {
  const { server, client } = await start();
  const { told, last, dimensionsSeen, platform } = sums();
  stops.push(await startRedisCollector({ url: `redis://127.0.0.1:${server.port}`, platform, everyMs: 20 }));
  await client.set('a', 'x', { expiration: { type: 'EX', value: 60 } });
  await client.get('a');
  await client.get('nothing');
  await client.sAdd('set', 'member');
  await client.sMembers('set');
  await expect.poll(() => told.get('GetTypeCmds')).toBe(3);
  await expect.poll(() => told.get('SetTypeCmds')).toBe(2);
  expect([told.get('CacheHits'), told.get('CacheMisses'), told.get('Evictions'), told.get('NewConnections')]).toEqual([2, 1, 0, 0]);
  expect([last.get('CurrItems'), last.get('CurrVolatileItems'), last.get('CurrConnections')]).toEqual([2, 1, 1]);
  expect([...dimensionsSeen]).toEqual([
    'AWS/ElastiCache {"CacheClusterId":"cache"}',
    'AWS/ElastiCache {"CacheClusterId":"cache","CacheNodeId":"0001"}',
  ]);
  for (let at = 0; at < 3000; at++) await client.set(`page:${at}`, 'x'.repeat(500), { expiration: { type: 'EX', value: 60 } });
  await expect.poll(() => told.get('Evictions')).toBeGreaterThan(1000);
  await expect.poll(() => last.get('DatabaseMemoryUsagePercentage')).toBeGreaterThan(90);
  expect(last.get('DatabaseMemoryUsagePercentage')).toBeLessThanOrEqual(100);
});

it('answers INFO with what Redis calls it', async () => {
  const { client } = await start({ clientsMax: 7, memoryMaxBytes: 5000 });
  await client.set('a', 'x');
  await client.lPush('list', 'x');
  await client.get('nothing');
  await client.exists(['a', 'nothing']);
  await client.sendCommand(['NONSENSE']).catch(() => undefined);
  const info = parseInfo(String(await client.sendCommand(['INFO', 'all'])));
  expect(Object.fromEntries(info)).toMatchObject({
    connected_clients: '1',
    maxclients: '7',
    maxmemory: '5000',
    keyspace_hits: '1',
    keyspace_misses: '2',
    evicted_keys: '0',
    rejected_connections: '0',
    db0: 'keys=2,expires=0,avg_ttl=0',
    cmdstat_set: expect.stringMatching(/^calls=1,usec=\d+,usec_per_call=/),
  });
  expect([...info.keys()].filter((name) => name.includes('nonsense'))).toEqual([]);
  expect(Number(info.get('used_memory'))).toBeGreaterThan(0);
});

it('lets no more clients in than it may have, and says so as Redis does', async () => {
  const { server, client } = await start({ clientsMax: 2 });
  const second = connect(server.port, '127.0.0.1');
  await once(second, 'connect');
  await client.ping();
  const third = connect(server.port, '127.0.0.1').setEncoding('utf8');
  expect((await once(third, 'data'))[0]).toBe('-ERR max number of clients reached\r\n');
  await once(third, 'close');
  const info = parseInfo(String(await client.sendCommand(['INFO'])));
  expect([info.get('rejected_connections'), info.get('total_connections_received'), info.get('connected_clients')]).toEqual([
    '1',
    '2',
    '2',
  ]);
  second.destroy();
  await expect.poll(async () => parseInfo(String(await client.sendCommand(['INFO']))).get('connected_clients')).toBe('1');
  const next = connect(server.port, '127.0.0.1');
  next.write('*1\r\n$4\r\nPING\r\n');
  expect((await once(next.setEncoding('utf8'), 'data'))[0]).toBe('+PONG\r\n');
  next.destroy();
});

it('counts nothing from one server to another that took its place', async () => {
  // A server that says the following, one after the other, and then repeats the last.
  const said = [
    'run_id:a\r\nkeyspace_hits:100',
    'run_id:a\r\nkeyspace_hits:103',
    'run_id:b\r\nkeyspace_hits:900',
    'run_id:b\r\nkeyspace_hits:904',
  ];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const [request] of String(chunk).matchAll(/\*\d+\r\n(?:\$\d+\r\n[^\r]*\r\n)+/g)) {
        const text = request.includes('INFO\r\n$3') ? ((said.length > 1 ? said.shift() : said[0]) ?? '') : null;
        socket.write(text === null ? '+OK\r\n' : `$${text.length}\r\n${text}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { told, platform } = sums();
  stops.push(() => server.close(), await startRedisCollector({ url: `redis://127.0.0.1:${port}`, platform, everyMs: 10 }));
  await expect.poll(() => said).toHaveLength(1);
  await expect.poll(() => told.get('CacheHits')).toBe(3 + 4);
});
