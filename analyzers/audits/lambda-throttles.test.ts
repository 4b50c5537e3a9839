import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING } from '../../tests/judged.ts';
import { foundIn, withHours, withLimits, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';
import { saidOf, sizesOf } from '../../tests/right-sizing.ts';

const id = 'lambda-throttles';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const throttled = withSeries(run, node, 'Throttles', 'Sum', (requests) => (requests === 0 ? null : 100));
const nextOf = (of: typeof run) => findingsOf(id, of)[0]?.next;

describe('lambda-throttles', () => {
  it('has nothing to say where nothing was throttled, nothing was invoked, or there is no function', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withSeries(run, node, 'Throttles', 'Sum', null))).toEqual([]);
    expect(findingsOf(id, withSilent(run, node))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('names the concurrency that turns next to none of random arrivals away', () => {
    const capped = withSeries(throttled, node, 'ConcurrentExecutions', 'Maximum', (requests) => (requests === 0 ? null : 2));
    const [finding] = findingsOf(id, withLimits(capped, node, { reservedConcurrency: 2 }));
    expect(finding).toMatchObject({
      verdict: 'warn',
      severity: 'critical',
      title: expect.stringMatching(
        /^lambda:character was throttled: [\d,]+ invocations of [\d,]+ \([\d.]+ %\) refused at a reserved concurrency of 2$/,
      ),
    });
    // About 195 requests/s and 20 throttles/s, of 18 ms each: 3.9 in the mean, of which 17 refuse no more than one in a million (Erlang).
    expect(finding?.next).toMatch(/^Set the reserved concurrency of lambda:character to (16|17|18) \(now 2\)/);
    expect(finding?.next).toMatch(/busy in the mean\. Where they come at random, .*; where in bursts/);
  });

  it('says the same number as right-sizing, whatever came at once, and when', () => {
    const burst = (most: number) => (requests: number, timeS: number) =>
      requests === 0 ? null : timeS < run.client.startS + 10 ? most : 5;
    for (const most of [5, 30, 60]) {
      const bursty = withSeries(
        withLimits(throttled, node, { reservedConcurrency: 4 }),
        node,
        'ConcurrentExecutions',
        'Maximum',
        burst(most),
      );
      const { recommended } = saidOf(sizesOf(bursty), 'reserved-concurrency', node);
      expect(nextOf(bursty)).toContain(`to ${recommended?.to} (now 4)`);
      // A burst of a quarter more.
      if (most > 20) expect(recommended?.to).toBe(String(Math.ceil(most / 0.8)));
    }
  });

  it('is not kept from saying so by how many ran at once', () => {
    const gap = {
      source: 'cloudwatch' as const,
      reason: 'it may not be read',
      next: 'allow it',
      series: [{ node, metric: 'ConcurrentExecutions' }],
    };
    const unread = withLimits(throttled, node, { reservedConcurrency: 2 });
    expect(nextOf({ ...unread, inventory: { ...unread.inventory, gaps: [gap] } })).toMatch(/to (16|17|18) \(now 2\)/);
  });

  it('never advises less than there is', () => {
    expect(nextOf(withLimits(throttled, node, { reservedConcurrency: 500 }))).toContain('to 501 (now 500)');
  });

  it('tells a function that is switched off, the limit of the account, and a limit that could not be read', () => {
    expect(nextOf(withLimits(throttled, node, { reservedConcurrency: 0 }))).toContain('Remove the reserved concurrency of 0');
    expect(nextOf(throttled)).toContain('(now 1,000)');
    const { reservedConcurrency: _, ...limits } = run.inventory.resources.find((each) => each.node === node)?.limits ?? {};
    const resources = run.inventory.resources.map((each) => (each.node === node ? { ...each, limits } : each));
    expect(nextOf({ ...throttled, inventory: { ...run.inventory, resources } })).toContain('lambda:GetFunctionConcurrency');
  });

  it('says so where nothing ran, so that no duration is known', () => {
    const off = withSeries(withLimits(throttled, node, { reservedConcurrency: 1 }), node, 'Duration', 'Average', null);
    expect(nextOf(off)).toContain('Nothing ran that would tell by how much');
  });

  it('is inconclusive without telemetry, or with too coarse one', () => {
    expect(findingsOf('unanswered', foundIn(run, { platform: MISSING }))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', withHours(run))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('3600 s') }),
    ]);
  });
});
