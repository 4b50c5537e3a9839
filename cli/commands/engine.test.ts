import { expect, test } from 'vitest';
import { k6Script, type TestHost, testHost, writeProgram } from '../../tests/test-host.ts';
import { engineCommand } from './engine.ts';

const run = (host: TestHost, ...args: string[]) => engineCommand(host).parseAsync(args, { from: 'user' });

test('path prints the path alone', async () => {
  const host = await testHost();
  const file = await writeProgram(host, 'k6', k6Script('2.2.0'));
  await run(host, 'path');
  expect(host.written).toMatchObject({ stdout: `${file}\n`, stderr: '' });
});

test.each(['path', 'install'])('%s --json prints one document', async (command) => {
  const host = await testHost();
  const path = await writeProgram(host, 'k6', k6Script('2.2.0'));
  await run(host, command, '--json');
  expect(JSON.parse(host.written.stdout)).toEqual({
    schemaVersion: 1,
    path,
    version: '2.2.0',
    from: 'PATH',
    sha256: null,
    verifiedBy: 'none',
  });
});

test('install says what is used when there is one already', async () => {
  const host = await testHost();
  const file = await writeProgram(host, 'k6', k6Script('2.2.0'));
  await run(host, 'install');
  expect(host.written).toMatchObject({ stdout: '', stderr: `k6 2.2.0 (PATH; your own, not checked by loadkit): ${file}\n` });
});

test('path is an error with code 104 when there is none', async () => {
  const host = await testHost();
  await expect(run(host, 'path')).rejects.toMatchObject({ name: 'UserError', exitCode: 104, message: 'k6 is not installed' });
  expect(host.written.stdout).toBe('');
});

test('notes about a k6 that is passed over go to stderr', async () => {
  const host = await testHost();
  const file = await writeProgram(host, 'k6', k6Script('1.0.0'));
  await expect(run(host, 'path', '--json')).rejects.toThrow('k6 is not installed');
  expect(host.written).toMatchObject({ stdout: '', stderr: `${file} is passed over: it is k6 1.0.0, and loadkit needs >=2.2.0 <3\n` });
});
