import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withLimits, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'redis-evictions';
const node = 'elasticache:cache';
const run = withPlatform(syntheticRun({ durationS: 60 }));

describe('redis-evictions', () => {
  it('has nothing to say where nothing was evicted, or there is no cache', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('counts what was thrown out, and names the node type', () => {
    const evicting = withSeries(run, node, 'Evictions', 'Sum', 12);
    expect(findingsOf(id, evicting)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^elasticache:cache evicted \d+ keys/),
        next: expect.stringMatching(/than cache.t3.micro.*384 MiB/),
      }),
    ]);
    expect(findingsOf(id, withLimits(evicting, node, { memoryBytes: null, nodeType: null }))[0]?.next).toContain('DescribeCacheClusters');
  });

  it('is inconclusive where it was not told, of one metric or of all', () => {
    expect(findingsOf(id, withSeries(run, node, 'Evictions', 'Sum', null))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', withSilent(run, node)).concat(findingsOf(id, withSilent(run, node)))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('no datapoints of elasticache:cache') }),
    ]);
  });
});
