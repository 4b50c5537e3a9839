import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { isAlive, parentOf, processesWith } from '../../tests/processes.ts';
import { type FunctionHost, startFunctionHost } from './function-host.ts';
import { restEvent } from './gateway-events.ts';
import { routeTable } from './routes.ts';
import { baseEnvironment, gameEnvironment } from './stack-environment.ts';

/** A database that takes requests and never answers, so that invocations are under way when something happens to them. */
let silent: Server;
const sockets = new Set<Socket>();
let env: Record<string, string>;
beforeAll(async () => {
  silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  env = {
    ...baseEnvironment(process.env),
    ...gameEnvironment('test', { dynamodb: false }),
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    LOG_LEVEL: 'error',
  };
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

let host: FunctionHost;
afterEach(() => host.stop());

const event = (path: string, body: object) => {
  const raw = { method: 'POST', url: path, rawHeaders: [], httpVersion: '1.1', sourceIp: '127.0.0.1', port: 80 };
  const match = routeTable()('POST', path);
  if (match === null) throw new Error('no route');
  return restEvent({ ...raw, match, body: JSON.stringify(body), atMs: 0 });
};
const quick = event('/auth/sign-in', {});
const hanging = event('/auth/sign-in', { email: 'a@b.c', password: 'password' });

/** The process of the function among this one's children. */
const processId = (): number =>
  processesWith((args) => args.some((arg) => arg.includes('function-process'))).findLast((pid) => parentOf(pid) === process.pid) ??
  Number.NaN;

it('fails what is under way in a process that ends, and starts it again', async () => {
  host = startFunctionHost(env, { names: ['auth'] });
  await host.ready();
  const underWay = host.invoke('auth', hanging);
  await once(silent, 'connection');
  process.kill(processId(), 'SIGKILL');
  await expect(underWay).rejects.toMatchObject({ name: 'InvocationError', kind: 'failed' });
  expect(await host.invoke('auth', quick)).toMatchObject({ statusCode: 400 });
});

it('ends an invocation that runs out of time, and its process after the others have finished', async () => {
  host = startFunctionHost(env, { names: ['auth'], timeoutMs: 1000 });
  await host.ready();
  const before = processId();
  await expect(host.invoke('auth', hanging)).rejects.toMatchObject({ kind: 'timed-out' });
  expect(await host.invoke('auth', quick)).toMatchObject({ statusCode: 400 });
  expect(processId()).not.toBe(before);
  await expect.poll(() => isAlive(before)).toBe(false);
});
