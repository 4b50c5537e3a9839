import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Platform, type PlatformBatch, startPlatform } from './platform.ts';

let platform: Platform;
let close: () => void;
afterEach(async () => {
  await platform.stop();
  close();
});

/** An endpoint that answers when it is let go. */
const start = async () => {
  const batches: PlatformBatch[] = [];
  const waiting: ServerResponse[] = [];
  let open = false;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    batches.push(JSON.parse(body) as PlatformBatch);
    if (open) response.end('{}');
    else waiting.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform = startPlatform(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  const letGo = () => {
    open = true;
    for (const response of waiting.splice(0)) response.end('{}');
  };
  return { batches, letGo };
};

it('keeps what comes while the endpoint is busy, up to a bound, and hands it over in one batch', async () => {
  const { batches, letGo } = await start();
  platform.log('group', 'stream', 'first', 1);
  await expect.poll(() => batches.length, { timeout: 5000 }).toBe(1);
  for (let line = 0; line < 60_000; line++) platform.log('group', 'stream', `line ${line}`, 2);
  for (let at = 0; at < 60_000; at++) platform.metric('N', 'M', { at: String(at) }, 1, 'Count');
  letGo();
  await expect.poll(() => batches.length, { timeout: 5000 }).toBe(2);
  expect(batches[1]?.logs[0]?.events).toHaveLength(50_000);
  expect(batches[1]?.metrics).toHaveLength(50_000);
});

it('hands over what is left when it stops', async () => {
  const { batches, letGo } = await start();
  letGo();
  platform.metric('N', 'M', {}, 2, 'Count', 3);
  await platform.stop();
  expect(batches).toMatchObject([{ metrics: [{ metric: 'M', values: [2], counts: [3] }] }]);
});
