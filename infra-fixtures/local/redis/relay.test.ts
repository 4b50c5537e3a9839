import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedisRelay } from './relay.ts';
import { type RespServer, startRespServer } from './resp-server.ts';
import type { TcpServer } from './tcp-server.ts';

const LATENCY_MS = 40;

let server: RespServer;
let relay: TcpServer;
const clientOf = async (port: number) => {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
let client: Awaited<ReturnType<typeof clientOf>>;
beforeAll(async () => {
  server = await startRespServer({ memoryMaxBytes: 100_000_000, clientsMax: 3 });
  relay = await startRedisRelay({ host: '127.0.0.1', port: server.port }, LATENCY_MS);
  client = await clientOf(relay.port);
});
afterAll(async () => {
  client.destroy();
  await relay.stop();
  await server.stop();
});

const elapsedMs = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
};

it('holds up each answer, and many at once no longer than one', async () => {
  expect(await elapsedMs(() => client.ping())).toBeGreaterThanOrEqual(LATENCY_MS - 1);
  const many = await elapsedMs(() => Promise.all(Array.from({ length: 200 }, (_, at) => client.set(`key:${at}`, String(at)))));
  expect(many).toBeGreaterThanOrEqual(LATENCY_MS - 1);
  expect(many).toBeLessThan(LATENCY_MS * 20); // one after the other it would be 200 times
});

it('keeps the order and every byte', async () => {
  const values = Array.from({ length: 500 }, (_, at) => String(at).repeat((at % 50) + 1));
  await Promise.all(values.map((value, at) => client.set(`key:${at}`, value)));
  expect(await Promise.all(values.map((_, at) => client.get(`key:${at}`)))).toEqual(values);
  const large = '⚙'.repeat(300_000);
  await client.set('large', large);
  // More than may wait at once: the server is held up, nothing is lost.
  const copies = await Promise.all(Array.from({ length: 20 }, () => client.get('large')));
  expect(copies.every((copy) => copy === large)).toBe(true);
});

it('costs no CPU while it waits', async () => {
  const before = process.cpuUsage();
  for (let at = 0; at < 10; at++) await client.ping();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(10 * LATENCY_MS * 0.5);
});

it('passes on that the server or the client has gone, after what was said before', async () => {
  const others = await Promise.all([clientOf(relay.port), clientOf(relay.port)]);
  const refused = connect(relay.port, '127.0.0.1').setEncoding('utf8');
  const text = await once(refused, 'data');
  expect(text[0]).toBe('-ERR max number of clients reached\r\n');
  await once(refused, 'close');
  for (const other of others) other.destroy();
  // Their places are free once the relay has let go of them.
  await expect
    .poll(async () => {
      const again = await clientOf(relay.port).catch(() => null);
      again?.destroy();
      return again !== null;
    })
    .toBe(true);
});
