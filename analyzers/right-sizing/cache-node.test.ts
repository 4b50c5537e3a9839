import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { PRICE_LISTS } from '../models/cost/index.ts';
import { CACHE_NODES } from './cache-nodes.ts';

const NODE = 'elasticache:cache';
function cache(nodeType: string, memory: number, cpu: number | null = 5): PlatformRun {
  const sized = withLimits(sizedRun(), NODE, { nodeType });
  const used = withSeries(sized, NODE, 'DatabaseMemoryUsagePercentage', 'Maximum', memory);
  return withSeries(used, NODE, 'CPUUtilization', 'Average', cpu);
}
const said = (run: PlatformRun) => saidOf(sizesOf(run), 'cache-node', NODE);

const omitting = <T>(prices: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(prices).filter(([each]) => each !== key));

describe('cache-node', () => {
  it('takes a smaller node of the family that holds what it keeps', () => {
    // 20 % of 3.32 GB are 45 % of 1.47 GB, and more than a micro has.
    expect(said(cache('cache.t3.medium', 20)).recommended).toMatchObject({
      from: 'cache.t3.medium',
      to: 'cache.t3.small',
      savingPerMonth: { amount: expect.closeTo(730 * (0.068 - 0.034), 6) },
      risk: { level: 'high' },
    });
    expect(said(cache('cache.t3.medium', 10)).recommended?.to).toBe('cache.t3.micro');
    expect(said(cache('cache.r6g.xlarge', 30)).recommended?.to).toBe('cache.r6g.large');
  });

  it('keeps what no smaller node holds, and the smallest', () => {
    expect(said(cache('cache.t3.medium', 60))).toEqual({ recommended: null, withheld: null });
    expect(said(cache('cache.t3.micro', 5))).toEqual({ recommended: null, withheld: null });
  });

  it('keeps to the baseline of a burstable processor', () => {
    // 15 % of two processors is more than the tenth of a micro, and less than the fifth of a small.
    expect(said(cache('cache.t3.medium', 10, 15)).recommended?.to).toBe('cache.t3.small');
    expect(said(cache('cache.r6g.xlarge', 30, 60)).withheld?.reason).toContain('processor of elasticache:cache at 2.4 of 2 vCPU');
    expect(said(cache('cache.t3.medium', 20, null)).withheld?.reason).toContain('no CPUUtilization');
  });

  it('counts the busiest period of a processor that can not save up for it', () => {
    const rush = (nodeType: string, memory: number, cpu: number) =>
      withSeries(cache(nodeType, memory), NODE, 'CPUUtilization', 'Average', (_, timeS) =>
        timeS > Date.parse('2026-11-24T10:00:00Z') / 1000 && timeS < Date.parse('2026-11-24T10:00:10Z') / 1000 ? cpu : 5,
      );
    expect(said(rush('cache.r6g.xlarge', 30, 60)).withheld?.reason).toContain('processor of elasticache:cache at 2.4 of 2 vCPU');
    expect(said(rush('cache.t3.medium', 20, 60)).recommended?.to).toBe('cache.t3.small');
  });

  it('takes a larger one for what is evicted or nearly full, with what it costs', () => {
    const evicting = withSeries(cache('cache.t3.micro', 100), NODE, 'Evictions', 'Sum', (requests) => (requests === 0 ? 0 : 9));
    const { recommended } = said(evicting);
    expect(recommended).toMatchObject({
      to: 'cache.t3.small',
      savingPerMonth: { amount: expect.closeTo(-730 * 0.017, 6) },
      risk: { level: 'low' },
    });
    expect(said(cache('cache.t3.micro', 85)).recommended?.to).toBe('cache.t3.small');
    expect(said(cache('cache.t3.medium', 85)).withheld?.reason).toContain('largest of its family');
  });

  it('has no saving for a node without a price', () => {
    const prices = PRICE_LISTS.map((list) => ({ ...list, prices: omitting(list.prices, 'elasticache.node.cache.m7g.xlarge') }));
    expect(saidOf(sizesOf(cache('cache.m7g.large', 85), { prices }), 'cache-node', NODE).recommended).toMatchObject({
      to: 'cache.m7g.xlarge',
      savingPerMonth: null,
      unpriced: 'cache.m7g.xlarge has no price here',
    });
    expect(said(cache('cache.m7g.large', 85)).recommended?.savingPerMonth?.amount).toBeCloseTo(730 * (0.158 - 0.315), 6);
  });

  it('shrinks nothing that was still being filled, was not asked, or was not filled', () => {
    const growing = withSeries(
      cache('cache.t3.medium', 20),
      NODE,
      'DatabaseMemoryUsagePercentage',
      'Maximum',
      (_, timeS) => (timeS % 600) / 30,
    );
    expect(said(growing).withheld?.reason).toContain('still being filled');
    const cold = withSeries(cache('cache.t3.medium', 20), NODE, 'CacheMisses', 'Sum', (requests) => (requests === 0 ? null : requests));
    expect(said(cold).withheld?.reason).toContain('it was not filled');
    const unasked = withSeries(cache('cache.t3.medium', 20), NODE, 'CacheHits', 'Sum', null);
    expect(said(unasked).withheld?.reason).toContain('not asked for anything');
  });

  it('says so where the node or what it holds is not known', () => {
    expect(said(cache('cache.x9.huge', 20)).withheld?.reason).toContain('how much memory cache.x9.huge has');
    const untold = withSeries(cache('cache.t3.medium', 20), NODE, 'DatabaseMemoryUsagePercentage', 'Maximum', null);
    expect(said(untold).withheld?.reason).toContain('no DatabaseMemoryUsagePercentage');
  });
});

describe('CACHE_NODES', () => {
  it('has the nodes that have a price, each family from its smallest on', () => {
    const priced = PRICE_LISTS.flatMap(({ prices }) => Object.keys(prices)).filter((key) => key.startsWith('elasticache.node.'));
    expect(CACHE_NODES.map(({ type }) => `elasticache.node.${type}`).toSorted()).toEqual(priced.toSorted());
    for (const [i, { type, memoryBytes }] of CACHE_NODES.entries()) {
      const before = CACHE_NODES[i - 1];
      if (before?.type.split('.')[1] === type.split('.')[1]) expect(memoryBytes).toBeGreaterThan(before?.memoryBytes ?? 0);
    }
  });
});
