import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../tests/loadkit.ts';
import { testHost } from '../tests/test-host.ts';
import { findRun, readPlan } from './store.ts';

const folderWith = (plan: string): string => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'plan.json'), plan);
  return folder;
};

describe('a run on disk', () => {
  it.each([
    '',
    'null',
    '[]',
    '7',
    '{}',
    '{"schemaVersion": 2}',
    '{"schemaVersion": 1, "runId": "x", "stages": [], "limits": [], "load": null}',
  ])('is refused with a plan of %j', async (plan) => {
    await expect(readPlan(await testHost(), folderWith(plan))).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
  });

  it('is by default the newest that began', async () => {
    const cwd = temporaryFolder();
    const runs = path.join(cwd, '.loadkit/runs');
    for (const id of ['20260101T000000Z-mixed-1', '20260102T000000Z-mixed-1', '20260103T000000Z-mixed-1'])
      mkdirSync(path.join(runs, id), { recursive: true });
    for (const id of ['20260101T000000Z-mixed-1', '20260102T000000Z-mixed-1']) writeFileSync(path.join(runs, id, 'plan.json'), '{}');
    expect(await findRun(await testHost({ cwd }), undefined)).toBe(path.join(runs, '20260102T000000Z-mixed-1'));
  });
});
