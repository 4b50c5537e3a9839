import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine } from '../game/definition.ts';
import { stopByControl } from './control.ts';
import { freePort } from './free-port.ts';
import { startRespServer } from './redis/resp-server.ts';
import { settingsFor } from './settings-for.ts';
import { startStack } from './stack.ts';

/** What ends how: whoever is killed, nothing of the stack is left within ten seconds. Read from /proc, hence Linux. */

const PARENT = `
import { startStack } from ${JSON.stringify(fileURLToPath(new URL('./stack.ts', import.meta.url)))};
const { http, ws, pid, gone } = await startStack({ env: process.env });
process.send({ http, ws, pid });
gone.then((reason) => process.send({ reason }));
`;

interface Process {
  pid: number;
  args: string;
}

/** The processes of a session: the supervisor leads its own, and everything below it stays in there. */
const sessionOf = (leader: number): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(session) !== leader || state === 'Z') return [];
        return [{ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return []; // it has just ended
      }
    });

const named = (leader: number, name: string): number[] => sessionOf(leader).flatMap(({ pid, args }) => (args.includes(name) ? [pid] : []));

/** Kills one process of that name. @throws Error when there is none: 0 for its id would be everybody here */
const kill = (leader: number, name: string): number => {
  const pid = named(leader, name)[0];
  if (pid === undefined) throw new Error(`no ${name} among the stack's processes`);
  process.kill(pid, 'SIGKILL');
  return pid;
};

const refuses = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(url);
    createConnection(Number(port), hostname)
      .once('connect', () => resolve(false))
      .once('error', () => resolve(true));
  });

const ENGINE_TASKS = engine.tasksMin;

describe.runIf(process.platform === 'linux')('the processes of the stack', () => {
  let folder: string;
  let script: string;
  const parents: ChildProcess[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loadkit-supervisor-'));
    script = join(folder, 'parent.mjs');
    await writeFile(script, PARENT);
  });
  afterAll(async () => {
    for (const parent of parents) parent.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** A process that has started a stack, as loadkit does. */
  const parentWithStack = async () => {
    const parent = fork(script, [], { execArgv: [] });
    parents.push(parent);
    const [stack] = (await once(parent, 'message')) as [{ http: string; ws: string; pid: number }];
    return { parent, ...stack };
  };

  const nothingLeft = async (pid: number, http: string, ws: string): Promise<void> => {
    await expect.poll(() => sessionOf(pid), { timeout: 10_000, interval: 50 }).toEqual([]);
    expect(await refuses(http)).toBe(true);
    expect(await refuses(ws)).toBe(true);
  };

  it('are gone when the process that started them is killed with SIGKILL', async () => {
    const { parent, pid, http, ws } = await parentWithStack();
    // The supervisor, database, cache, engine and gateway.
    expect(sessionOf(pid).length).toBeGreaterThanOrEqual(5);
    parent.kill('SIGKILL');
    await nothingLeft(pid, http, ws);
  });

  it('are gone when the supervisor is killed with SIGKILL, and the starter learns of it', async () => {
    const { parent, pid, http, ws } = await parentWithStack();
    process.kill(pid, 'SIGKILL');
    expect((await once(parent, 'message'))[0]).toEqual({ reason: 'the supervisor ended (SIGKILL)' });
    await nothingLeft(pid, http, ws);
  });

  it('are gone when one without which there is no stack ends, and the reason is told', async () => {
    const { parent, pid, http, ws } = await parentWithStack();
    kill(pid, 'redis-process');
    const [{ reason }] = (await once(parent, 'message')) as [{ reason: string }];
    expect(reason).toContain('redis-process was ended by SIGKILL');
    await nothingLeft(pid, http, ws);
  });

  it('come back where they may: the engine', async () => {
    const { parent, pid, http, ws } = await parentWithStack();
    const killed = kill(pid, 'engine-process');
    await expect
      .poll(() => named(pid, 'engine-process').filter((other) => other !== killed).length, { timeout: 10_000 })
      .toBe(ENGINE_TASKS);
    const signIn = () => fetch(`${http}/auth/sign-in`, { method: 'POST', body: '{"email":"a@b.c","password":"12345678"}' });
    await expect.poll(async () => (await signIn()).status, { timeout: 10_000 }).toBe(401);
    parent.disconnect();
    parent.kill('SIGTERM');
    await nothingLeft(pid, http, ws);
  });
});

describe("a Redis that isn't the stack's own", () => {
  it('is asked for at once: where nobody answers there is no stack, and nothing of one', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(startStack({ env: { REDIS_URL: url } })).rejects.toThrow('no Redis answers at REDIS_URL');
  });

  it('keeps its own limits: a fault that would limit the cache is refused, and the stack states none', async () => {
    const redis = await startRespServer({ memoryMaxBytes: 10_000_000 });
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    const settings = settingsFor({ faults: ['cache-connections'], trouble: [] });
    await expect(startStack({ env, settings })).rejects.toThrow('a Redis that REDIS_URL names keeps its own limits');
    const stack = await startStack({ env });
    expect(stack.resources.find(({ kind }) => kind === 'elasticache')?.limits).toEqual({});
    await stack.stop();
    await redis.stop();
  });

  it('may go before the stack does', async () => {
    const redis = await startRespServer({ memoryMaxBytes: 10_000_000 });
    const stack = await startStack({ env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` } });
    expect(stack.notes).toContain('cache: REDIS_URL (with its own limits)');
    await redis.stop();
    expect(await stopByControl(stack.control)).toBe(true);
    await stack.stop();
  });
});
