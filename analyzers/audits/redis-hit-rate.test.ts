import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'redis-hit-rate';
const node = 'elasticache:cache';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const lookups = (hits: number, misses: number) =>
  withSeries(
    withSeries(run, node, 'CacheHits', 'Sum', (requests) => (requests > 0 ? hits : 0)),
    node,
    'CacheMisses',
    'Sum',
    (requests) => (requests > 0 ? misses : 0),
  );

describe('redis-hit-rate', () => {
  it('has nothing to say of a cache that hits, that is hardly asked, and of none', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, lookups(1, 4))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns where it surely misses too much, and advises by why', () => {
    const missing = lookups(50, 50);
    expect(findingsOf(id, missing)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^elasticache:cache had 50 %/),
        next: expect.stringContaining('warming'),
      }),
    ]);
    expect(findingsOf(id, withSeries(missing, node, 'Evictions', 'Sum', 10))[0]?.next).toContain('more memory');
    expect(findingsOf(id, withSeries(missing, node, 'Reclaimed', 'Sum', 40))[0]?.next).toContain('live longer');
    // 79 % of some hundred look-ups may be 80 %.
    expect(findingsOf(id, lookups(79, 21))).toEqual([]);
  });

  it('says since when it has too little', () => {
    const at = run.client.startS + 30;
    const emptied = withSeries(lookups(50, 50), node, 'CacheMisses', 'Sum', (requests, timeS) =>
      requests === 0 ? 0 : timeS >= at ? 500 : 5,
    );
    expect(findingsOf(id, emptied)[0]?.limiter?.since).toBe(at);
    const always = withSeries(lookups(50, 50), node, 'CacheMisses', 'Sum', (requests) => (requests === 0 ? 1 : 60));
    expect(findingsOf(id, always)[0]?.limiter?.since).toBe(run.client.executionStartS);
  });

  it('does not count what goes on without players', () => {
    const polling = withSeries(lookups(95, 5), node, 'CacheMisses', 'Sum', (requests) => (requests > 0 ? 105 : 100));
    expect(findingsOf(id, polling)).toEqual([]);
  });

  it('finds what goes on without players also where the metrics begin with the run, as those of the embedded stack do', () => {
    const { startS } = run.client;
    // The cache comes up within the first period, and is polled in a tenth of it.
    const polling = withSeries(lookups(95, 5), node, 'CacheMisses', 'Sum', (requests, timeS) =>
      timeS < startS + 5 ? 10 : requests > 0 ? 105 : 100,
    );
    const loadAtS = startS + 10;
    const quiet = (_: number, timeS: number) => (timeS < loadAtS ? 0 : 95);
    const embedded = withSeries(polling, node, 'CacheHits', 'Sum', quiet);
    const from = embedded.platform.times.findIndex((timeS) => timeS >= startS);
    const platform = {
      ...embedded.platform,
      times: embedded.platform.times.slice(from),
      series: embedded.platform.series.map((each) => ({ ...each, values: each.values.slice(from) })),
    };
    const client = { ...run.client, executionStartS: loadAtS };
    expect(findingsOf(id, { ...embedded, platform, client })).toEqual([]);
  });

  it('spreads the few look-ups before the run over all the time that the cache was up', () => {
    const { startS } = run.client;
    // Only the last two of twelve periods tell of misses, of as many as each period of the run has.
    const few = (timeS: number): number | null => (timeS >= startS - 10 && timeS < startS ? 50 : null);
    const rare = withSeries(lookups(50, 50), node, 'CacheMisses', 'Sum', (requests, timeS) => (requests > 0 ? 50 : few(timeS)));
    expect(findingsOf(id, rare)[0]?.title).toMatch(/^elasticache:cache had 5\d(\.\d)? %/);
    // Of a cache that tells nothing before them, they are what goes on all the time.
    const bare = {
      ...rare,
      platform: { ...rare.platform, series: rare.platform.series.filter((each) => each.metric.startsWith('CacheM')) },
    };
    const hits = withSeries(bare, node, 'CacheHits', 'Sum', (requests) => (requests > 0 ? 50 : null));
    expect(findingsOf(id, hits)).toEqual([]);
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, withSeries(run, node, 'CacheHits', 'Sum', null))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', withSilent(run, node))).toHaveLength(1);
  });
});
