import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'redis-cpu';
const node = 'elasticache:cache';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const at = (percent: number | null) => withSeries(run, node, 'EngineCPUUtilization', 'Maximum', percent);

describe('redis-cpu', () => {
  it('has nothing to say where there is room, or no cache', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, at(79))).toEqual([]);
    expect(findingsOf(id, withoutResource(at(95), node))).toEqual([]);
  });

  it('warns near to the end', () => {
    expect(findingsOf(id, at(95))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringContaining('engine of elasticache:cache was 95 % busy'),
        next: expect.stringContaining('read replica'),
      }),
    ]);
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, at(null))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', withSilent(run, node))).toHaveLength(1);
  });
});
