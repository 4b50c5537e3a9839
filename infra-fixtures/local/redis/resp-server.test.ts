import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RespServer, startRespServer } from './resp-server.ts';

const MEMORY_MAX_BYTES = 100_000;

const clientOf = (port: number) => {
  const made = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 });
  made.on('error', () => undefined);
  return made;
};

const request = (...parts: string[]): string => `*${parts.length}\r\n${parts.map((part) => `$${part.length}\r\n${part}\r\n`).join('')}`;

let server: RespServer;
let client: ReturnType<typeof clientOf>;
beforeAll(async () => {
  server = await startRespServer({ memoryMaxBytes: MEMORY_MAX_BYTES });
  client = clientOf(server.port);
  await client.connect();
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(async () => {
  await client.del(['string', 'set', 'hash', 'list', 'other']);
});

it('keeps strings, also with bytes beyond ASCII and line breaks', async () => {
  await client.set('string', 'zahnräder\r\n⚙️');
  expect(await client.get('string')).toBe('zahnräder\r\n⚙️');
  expect(await client.exists(['string', 'nothing'])).toBe(1);
  expect(await client.del(['string', 'nothing'])).toBe(1);
  expect(await client.get('string')).toBeNull();
});

it('keeps sets and hashes, and forgets empty ones', async () => {
  expect(await client.sAdd('set', ['a', 'b', 'a'])).toBe(2);
  expect((await client.sMembers('set')).sort()).toEqual(['a', 'b']);
  expect(await client.sRem('set', ['a', 'b', 'c'])).toBe(2);
  expect(await client.exists('set')).toBe(0);
  expect(await client.hSet('hash', { one: '1', two: '2' })).toBe(2);
  expect(await client.hSet('hash', 'two', '3')).toBe(0);
  expect({ ...(await client.hGetAll('hash')) }).toEqual({ one: '1', two: '3' });
  expect(await client.hDel('hash', ['one', 'two'])).toBe(2);
  expect(await client.exists('hash')).toBe(0);
});

it('keeps lists and moves their elements', async () => {
  expect(await client.lPush('list', ['a', 'b', 'c'])).toBe(3); // c b a
  expect(await client.lMove('list', 'other', 'RIGHT', 'LEFT')).toBe('a');
  expect(await client.lRem('list', 1, 'b')).toBe(1);
  expect(await client.lMove('list', 'other', 'LEFT', 'RIGHT')).toBe('c');
  expect(await client.lMove('list', 'other', 'LEFT', 'RIGHT')).toBeNull();
  expect(await client.lMove('other', 'other', 'LEFT', 'RIGHT')).toBe('a');
  expect(await client.exists('list')).toBe(0);
});

it('lets one connection wait for an element while the others go on', async () => {
  const waiting = client.duplicate();
  await waiting.connect();
  const element = waiting.blMove('list', 'other', 'RIGHT', 'LEFT', 5);
  const after = waiting.get('string');
  await client.set('string', 'set while the other waits');
  await client.lPush('list', 'work');
  expect(await element).toBe('work');
  expect(await after).toBe('set while the other waits');
  expect(await waiting.blMove('list', 'other', 'RIGHT', 'LEFT', 0.05)).toBeNull();
  waiting.destroy();
});

it('gives an element to nobody who has gone', async () => {
  const waiting = connect(server.port, '127.0.0.1');
  await new Promise<void>((resolve) => waiting.write(request('BLMOVE', 'list', 'other', 'RIGHT', 'LEFT', '0'), () => resolve()));
  await client.ping(); // by now the server has read it
  waiting.destroy();
  await once(waiting, 'close');
  await client.ping();
  await client.lPush('list', 'work');
  expect(await client.lMove('list', 'list', 'LEFT', 'LEFT')).toBe('work');
});

it('says what is wrong', async () => {
  await client.lPush('list', 'a');
  await expect(client.get('list')).rejects.toThrow('WRONGTYPE');
  await expect(client.sendCommand(['FLUSHALL'])).rejects.toThrow("unknown command 'FLUSHALL'");
  await expect(client.set('string', 'x', { expiration: { type: 'PX', value: 5 } })).rejects.toThrow('syntax error');
});

it('answers a wait that is a mistake, or becomes one, to whom it belongs', async () => {
  await client.set('string', 'x');
  await expect(client.blMove('string', 'other', 'RIGHT', 'LEFT', 1)).rejects.toThrow('WRONGTYPE');
  await expect(client.sendCommand(['BLMOVE', 'list', 'other', 'UP', 'LEFT', '1'])).rejects.toThrow('syntax error');
  const waiting = client.duplicate();
  await waiting.connect();
  const element = waiting.blMove('list', 'other', 'RIGHT', 'LEFT', 0);
  element.catch(() => undefined);
  await client.ping(); // by now the server has read it
  // The string comes from behind another wait: when its time is up, not when a request arrives.
  const late = client.duplicate();
  await late.connect();
  const timedOut = late.blMove('nothing', 'other', 'RIGHT', 'LEFT', 0.05);
  const set = late.set('list', 'no list');
  expect(await timedOut).toBeNull();
  expect(await set).toBe('OK');
  await expect(element).rejects.toThrow('WRONGTYPE');
  expect(await client.ping()).toBe('PONG');
  waiting.destroy();
  late.destroy();
});

it('closes a connection that speaks something else', async () => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  const [reply] = await once(socket.setEncoding('utf8'), 'data');
  expect(reply).toContain("-ERR Protocol error: expected '*'");
  await once(socket, 'close');
});

it('puts a request together that arrives byte by byte', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  const reply = once(socket.setEncoding('utf8'), 'data');
  for (const byte of request('GET', 'nothing')) await new Promise<void>((resolve) => socket.write(byte, () => resolve()));
  expect((await reply)[0]).toBe('$-1\r\n');
  socket.destroy();
});

it('lets expiring keys go when memory runs out, longest unused first, and no others', async () => {
  await client.set('stays', 'x');
  for (let i = 0; i < 50; i++) {
    await client.set(`page:${i}`, 'x'.repeat(5000), { expiration: { type: 'EX', value: 60 } });
    await client.get('page:0');
  }
  expect(await client.get('stays')).toBe('x');
  expect(await client.exists('page:0')).toBe(1);
  expect(await client.exists('page:1')).toBe(0);
  expect(await client.exists('page:49')).toBe(1);
  await expect(client.set('stays too', 'x'.repeat(MEMORY_MAX_BYTES))).rejects.toThrow('OOM');
});
