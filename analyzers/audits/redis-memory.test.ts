import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'redis-memory';
const node = 'elasticache:cache';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const at = (percent: number | null) => withSeries(run, node, 'DatabaseMemoryUsagePercentage', 'Maximum', percent);

describe('redis-memory', () => {
  it('has nothing to say where there is room, or no cache', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, at(79))).toEqual([]);
    expect(findingsOf(id, withoutResource(at(85), node))).toEqual([]);
  });

  it('warns near to the end', () => {
    expect(findingsOf(id, at(85))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringContaining('used 85 % of its memory'),
        next: expect.stringContaining('larger node type'),
      }),
    ]);
  });

  it('leaves evictions to their own audit', () => {
    expect(findingsOf(id, withSeries(at(99), node, 'Evictions', 'Sum', 3))).toEqual([]);
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, at(null))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', withSilent(run, node))).toHaveLength(1);
  });
});
