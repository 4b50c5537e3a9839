import { once } from 'node:events';
import { connect } from 'node:net';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { recordingPlatform } from '../../../tests/recording-platform.ts';
import type { Invoke } from '../lambda/function-host.ts';
import { InvocationError } from '../lambda/invocation-error.ts';
import { startWebSocketApi, type WebSocketApi, type WebSocketApiOptions } from './websocket-api.ts';

interface Event {
  requestContext: { routeKey: string; connectionId: string; disconnectStatusCode?: number };
  body?: string;
}

let api: WebSocketApi;
afterEach(() => api.stop());

/** The API before a function that writes down its events; the last event is what `once` resolves with. */
const start = async (answer: (event: Event) => unknown = () => ({ statusCode: 200 }), options: Partial<WebSocketApiOptions> = {}) => {
  const events: Event[] = [];
  const invoke: Invoke = async (_name, event) => {
    events.push(event as Event);
    return answer(event as Event);
  };
  api = await startWebSocketApi({ invoke, ...options });
  const management = new ApiGatewayManagementApiClient({
    endpoint: api.managementUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return { events, management };
};

const open = async (): Promise<WebSocket> => {
  const socket = new WebSocket(api.url);
  await once(socket, 'open');
  return socket;
};

it('posts to a connection, describes it and closes it, as the AWS client asks', async () => {
  const { events, management } = await start();
  const socket = await open();
  const ConnectionId = events[0]?.requestContext.connectionId ?? '';
  const got = once(socket, 'message');
  await management.send(new PostToConnectionCommand({ ConnectionId, Data: 'steam ⚙' }));
  expect(String((await got)[0])).toBe('steam ⚙');
  const described = await management.send(new GetConnectionCommand({ ConnectionId }));
  expect(described.ConnectedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  expect(described.Identity?.SourceIp).toBe('127.0.0.1');
  const closed = once(socket, 'close');
  await management.send(new DeleteConnectionCommand({ ConnectionId }));
  await closed;
  await expect.poll(() => events.at(-1)?.requestContext.routeKey).toBe('$disconnect');
  await expect(management.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toBeInstanceOf(GoneException);
});

it('hands frames to the function, and tells the client when it fails', async () => {
  const { events } = await start(({ body }) => {
    if (body === 'fail') throw new Error('broken');
    return { statusCode: 200 };
  });
  const socket = await open();
  socket.send('fail');
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toMatchObject({
    message: 'Internal server error',
    connectionId: events[0]?.requestContext.connectionId,
  });
  expect(events.map(({ requestContext }) => requestContext.routeKey)).toEqual(['$connect', '$default']);
  socket.terminate();
});

it('refuses what is no handshake, and tells the function of no connection', async () => {
  const { events } = await start();
  const { hostname, port } = new URL(api.url);
  const upgrade = ['GET / HTTP/1.1', `Host: ${hostname}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8').write(`${[...upgrade, 'Sec-WebSocket-Key: short'].join('\r\n')}\r\n\r\n`);
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
  expect(events).toEqual([]);
});

it.each([
  [{ statusCode: 401 }, 401],
  [{ statusCode: 403 }, 403],
  ['nonsense', 500],
])('refuses the handshake when the function answers %j', async (answer, status) => {
  await start(() => answer);
  const socket = new WebSocket(api.url);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(status);
});

it('closes on binary frames, on what is too long, on silence and on age', async () => {
  const { events } = await start(undefined, { messageMaxBytes: 10 });
  const binary = await open();
  binary.send(Buffer.from('x'));
  expect((await once(binary, 'close'))[0]).toBe(1003);
  const long = await open();
  long.send('x'.repeat(11));
  expect((await once(long, 'close'))[0]).toBe(1009);
  await expect.poll(() => events.map(({ requestContext }) => requestContext.disconnectStatusCode)).toContain(1009);
  await api.stop();
  for (const limit of [{ idleMaxMs: 50 }, { lifeMaxMs: 50 }]) {
    await start(undefined, limit);
    expect((await once(await open(), 'close'))[0]).toBe(1001);
    await api.stop();
  }
});

it('tells of connections, messages either way, and what went wrong', async () => {
  const platform = recordingPlatform();
  const { events, management } = await start(
    ({ body }) => {
      if (body === 'throttle') throw new InvocationError('throttled', 'throttled');
      if (body === 'fail') throw new InvocationError('failed', 'failed');
      return { statusCode: body === 'refuse' ? 400 : 200 };
    },
    { platform },
  );
  const socket = await open();
  const stage = { ApiId: 'chat', Stage: 'prod' };
  const sum = (name: string, dimensions: Record<string, string>): number => platform.values(name, dimensions).reduce((a, b) => a + b, 0);
  expect(sum('ConnectCount', stage)).toBe(1);
  expect(sum('ConnectCount', { ...stage, Route: '$connect' })).toBe(1);
  for (const frame of ['fine', 'refuse', 'throttle', 'fail']) socket.send(frame);
  await expect.poll(() => sum('ExecutionError', stage)).toBe(1);
  expect(sum('IntegrationError', { ...stage, Route: '$default' })).toBe(2);
  expect(sum('MessageCount', stage)).toBe(4);
  expect(platform.values('IntegrationLatency', { ...stage, Route: '$default' })).toHaveLength(4);
  await management.send(new PostToConnectionCommand({ ConnectionId: events[0]?.requestContext.connectionId ?? '', Data: 'x' }));
  expect(sum('MessageCount', { ApiId: 'chat' })).toBe(5);
  expect(sum('ClientError', stage)).toBe(0);
  socket.send(Buffer.from('binary'));
  await expect.poll(() => sum('ClientError', stage)).toBe(1);
});

it('tells who posts to a client that does not read to slow down', async () => {
  const { events, management } = await start();
  const socket = await open();
  socket.pause();
  const ConnectionId = events[0]?.requestContext.connectionId ?? '';
  const post = () => management.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.alloc(128 * 1024, 120) }));
  // Until the network's own buffers are full too; posts that wait for room there never resolve.
  const refused = Promise.withResolvers<unknown>();
  const flood = (async () => {
    for (let i = 0; i < 400; i++) {
      post().catch((error: unknown) => refused.resolve(error));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  expect(await refused.promise).toBeInstanceOf(LimitExceededException);
  await flood;
  socket.terminate();
});
