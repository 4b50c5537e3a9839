import { expect, test } from 'vitest';
import { testHost } from '../tests/test-host.ts';
import { capture } from './capture.ts';

const shell = async (script: string, options: Partial<Parameters<typeof capture>[3]> = {}) =>
  capture(await testHost(), '/bin/sh', ['-c', script], { timeoutMs: 10_000, ...options });

test('hands back what a command says, on both ways', async () => {
  expect(await shell('echo out; echo err >&2')).toEqual({ stdout: 'out\n', stderr: 'err\n', problem: null, exitCode: 0 });
});

test('an environment that is given is the whole of it', async () => {
  expect(await shell('echo $GREETING $HOME', { env: { GREETING: 'hello' } })).toMatchObject({ stdout: 'hello\n' });
});

test.each([
  ['exit 3', 'exited with 3'],
  ['kill -9 $$', 'was ended by SIGKILL'],
])('%j is a problem', async (script, problem) => {
  expect(await shell(script)).toMatchObject({ problem });
});

test('a command that is not there is a problem, not a throw', async () => {
  expect(await capture(await testHost(), '/nowhere/x', [], { timeoutMs: 1_000 })).toMatchObject({ problem: "can't be started (ENOENT)" });
});

test('silence ends at the limit, even when a grandchild holds the output open', async () => {
  const { problem } = await shell('/bin/sleep 5 & wait', { timeoutMs: 100 });
  expect(problem).toBe('gave no answer within 0.1 s');
});

test('output beyond 4 MiB is dropped', async () => {
  expect((await shell('/usr/bin/head -c 5000000 /dev/zero')).stdout).toHaveLength(4 * 1024 * 1024);
});
