import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withLimits, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'fargate-memory';
const node = 'fargate:engine';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const using = (percent: number) => withSeries(run, node, 'MemoryUtilization', 'Maximum', percent);

describe('fargate-memory', () => {
  it('has nothing to say where there is room, or no service', () => {
    expect(findingsOf(id, using(84))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns near to the end, with the size that it takes', () => {
    expect(findingsOf(id, using(90))).toEqual([
      expect.objectContaining({ verdict: 'warn', severity: 'high', next: expect.stringContaining('1,317 MB or more (now 1,024)') }),
    ]);
    expect(findingsOf(id, using(100))[0]?.severity).toBe('critical');
    expect(findingsOf(id, withLimits(using(90), node, { memoryMb: null }))[0]?.next).toContain('could not be read');
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, withSeries(run, node, 'MemoryUtilization', 'Maximum', null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive' }),
    ]);
  });
});
