import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Host, realHost } from '../host.ts';
import { stackCommand } from './stack.ts';

// A stack is a dozen processes; where the machine has other work, too, each start takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let cwd: string;
beforeEach(async () => {
  cwd = await fs.mkdtemp(path.join(tmpdir(), 'loadkit-stack-command-'));
});
afterEach(async () => {
  await loadkitStack('down');
  await fs.rm(cwd, { recursive: true });
});

/** Runs `loadkit stack …`: what it printed, and where. */
const loadkitStack = async (...args: string[]): Promise<{ out: string; err: string }> => {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { isTTY: false, columns: 80, color: false };
  const host: Host = {
    ...realHost(),
    cwd,
    stdout: { ...terminal, write: (text) => void out.push(text) },
    stderr: { ...terminal, write: (text) => void err.push(text) },
  };
  await stackCommand(host).parseAsync(args, { from: 'user' });
  return { out: out.join(''), err: err.join('') };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const DOWN = { schemaVersion: 1, running: false, http: null, ws: null, aws: null, pid: null, notes: [] };

it('goes up once, tells where it is, and goes down', async () => {
  expect(JSON.parse((await loadkitStack('status', '--json')).out)).toEqual(DOWN);

  const up = JSON.parse((await loadkitStack('up', '--json')).out);
  expect(up).toEqual({
    schemaVersion: 1,
    running: true,
    http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    ws: expect.stringMatching(/^ws:/),
    aws: expect.stringMatching(/^http:/),
    pid: expect.any(Number),
    notes: expect.any(Array),
  });
  expect((await fetch(`${up.http}/health`)).status).toBe(200);
  expect((await fs.stat(path.join(cwd, '.loadkit/stack.json'))).mode & 0o077).toBe(0);

  const again = await loadkitStack('up', '--json');
  expect(again.err).toContain('already up');
  expect(JSON.parse(again.out)).toEqual(up);
  expect(JSON.parse((await loadkitStack('status', '--json')).out)).toEqual(up);

  expect(JSON.parse((await loadkitStack('down', '--json')).out)).toEqual(DOWN);
  await expect.poll(() => isAlive(up.pid)).toBe(false);
  await expect(fetch(`${up.http}/health`)).rejects.toThrow();
  expect((await loadkitStack('down')).err).toBe('no stack is up\n');
});

it('takes the state of a stack that is no more for what it is', async () => {
  const up = JSON.parse((await loadkitStack('up', '--json')).out);
  const state = await fs.readFile(path.join(cwd, '.loadkit/stack.json'));
  await loadkitStack('down');
  // As after a crash: the file is there, and its process id could be anybody's by now.
  await fs.writeFile(path.join(cwd, '.loadkit/stack.json'), state);
  expect(JSON.parse((await loadkitStack('status', '--json')).out)).toEqual(DOWN);
  const next = JSON.parse((await loadkitStack('up', '--json')).out);
  expect(next.pid).not.toBe(up.pid);
});

it('does not start twice at once', async () => {
  const both = await Promise.allSettled([loadkitStack('up'), loadkitStack('up')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(refused.reason).toMatchObject({ name: 'UserError', message: 'another loadkit is starting or stopping the stack' });
});
