import { expect, test } from 'vitest';
import { k6Script, type TestHost, testHost, writeProgram } from '../../tests/test-host.ts';
import { doctorCommand } from './doctor.ts';

const run = (host: TestHost, ...args: string[]) => doctorCommand(host).parseAsync(args, { from: 'user' });

test('tells what is there and how to get the rest, and ends with 0 when a run can be done', async () => {
  const host = await testHost({ nodeVersion: '24.21.0' });
  await writeProgram(host, 'k6', k6Script('2.2.0'));
  await run(host);
  expect(host.written.stdout).toMatch(/^✔ node +Node 24\.21\.0$/m);
  expect(host.written.stdout).toMatch(/^! go +there is no Go on PATH\n +→ .+ install Go/m);
  expect(host.written.stdout).toMatch(/\na run can be done\n$/);
  expect(host.written).toMatchObject({ stderr: '', exitCode: 0 });
});

test('ends with 104 when no run can be done, and --json prints one document all the same', async () => {
  const host = await testHost({ nodeVersion: '20.0.0' });
  await writeProgram(host, 'k6', k6Script('2.2.0'));
  await run(host, '--json');
  const { ready, checks } = JSON.parse(host.written.stdout);
  expect(ready).toBe(false);
  expect(checks.map(({ id }: { id: string }) => id)).toEqual([
    'node',
    'k6',
    'disk',
    'file-descriptors',
    'redis',
    'go',
    'aws-credentials',
    'chromium',
  ]);
  expect(checks[0]).toMatchObject({ status: 'missing', fix: expect.stringContaining('install Node 24') });
  expect(host.written).toMatchObject({ stderr: '', exitCode: 104 });
});
