import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { targetOf, withLimit } from '../../tests/judged.ts';
import { TARGETS } from './index.ts';

describe('TARGETS', () => {
  it('lists every file of the folder that judges a limit, under its own name', () => {
    const helpers = ['index.ts', 'target.ts', 'thresholds.ts'];
    const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts') && !helpers.includes(file));
    expect(TARGETS.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
  });
});

describe('judgeTargets', () => {
  it('is inconclusive about a limit that makes no sense, and keeps the report', () => {
    expect(targetOf('error-rate', withLimit(syntheticRun({ durationS: 60 }), 'error-rate', Number.NaN)).verdict).toBe('inconclusive');
  });
});
