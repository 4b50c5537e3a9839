import * as fs from 'node:fs/promises';
import { expect, it } from 'vitest';
import { testHost } from '../tests/test-host.ts';
import { type Drive, drive } from './drive.ts';
import { Progress } from './progress.ts';

it('begins nothing, leaves nothing open and nothing behind where a run cannot be recorded', async () => {
  const made: string[] = [];
  const host = await testHost({
    fs: {
      ...fs,
      mkdtemp: (async (prefix: string) => {
        const folder = await fs.mkdtemp(prefix);
        made.push(folder);
        return folder;
      }) as typeof fs.mkdtemp,
      open: () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })),
    },
  });
  const progress = new Progress(host.stderr, host.now);
  const args = { script: { name: 'own', path: 'own.ts', shipped: false } } as Partial<Drive['args']> as Drive['args'];
  const run = { directory: host.folder, redact: (text) => text, progress, args } as Partial<Drive> as Drive;
  await expect(drive(host, run)).rejects.toMatchObject({ name: 'UserError', exitCode: 104, hint: expect.stringContaining('--out') });
  expect(made).toHaveLength(1);
  await expect(fs.access(made[0] ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await fs.readdir(host.folder)).toEqual([]);
});
