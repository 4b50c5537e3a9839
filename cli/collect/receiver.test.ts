import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DecodeError } from './decode.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const body = Buffer.from('a push');

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});
const start = async (accept: (body: Uint8Array) => Promise<void>) => {
  receiver = await startReceiver(accept);
  return receiver;
};
const post = async (url: string, content: Buffer = body, method = 'POST') =>
  (await fetch(url, { method, ...(method === 'POST' && { body: new Uint8Array(content) }) })).status;

describe('the receiver', () => {
  it('hands a push on and answers once it is taken', async () => {
    const taken: string[] = [];
    const { url, rejected } = await start(async (content) => void taken.push(`${content}`));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
    expect(await post(url)).toBe(204);
    expect(taken).toEqual(['a push']);
    expect(rejected()).toBe(0);
  });

  it('is deaf to everyone who does not know its path', async () => {
    const { url } = await start(async () => expect.unreachable('a stranger’s push was taken'));
    expect(await post(new URL('/api/v1/write', url).href)).toBe(404);
    expect(await post(`${url}?x`)).toBe(404);
    expect(await post(url, body, 'GET')).toBe(404);
  });

  it('answers 400 to garbage, 503 to what can’t be kept, counts both, and goes on', async () => {
    const errors = [new DecodeError('no push'), new Error('disk full')];
    const { url, rejected } = await start(async () => {
      const error = errors.shift();
      if (error) throw error;
    });
    expect(await post(url)).toBe(400);
    expect(await post(url)).toBe(503);
    expect(await post(url)).toBe(204);
    expect(rejected()).toBe(2);
  });

  it('refuses a body beyond its bound without reading it', async () => {
    const { url } = await start(async () => expect.unreachable('too large'));
    const sent = request(url, { method: 'POST', headers: { 'content-length': 17 * 2 ** 20 } });
    sent.on('error', () => undefined).flushHeaders();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });

  it('survives a push that breaks off', async () => {
    const { url, rejected } = await start(async () => undefined);
    const { port, pathname } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`);
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await post(url)).toBe(204);
    expect(rejected()).toBeLessThanOrEqual(1);
  });

  it('answers the push under way before it closes, and takes no more', async () => {
    const arrived = Promise.withResolvers<void>();
    const mayFinish = Promise.withResolvers<void>();
    const { url, close } = await start(async () => {
      arrived.resolve();
      await mayFinish.promise;
    });
    const last = post(url);
    await arrived.promise;
    const closed = close();
    await expect(post(url)).rejects.toThrow();
    mayFinish.resolve();
    expect(await last).toBe(204);
    await closed;
    receiver = null;
  });
});
