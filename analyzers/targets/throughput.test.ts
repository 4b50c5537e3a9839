import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { MISSING, targetOf, withClient, withLimit, withPlan, withSamples } from '../../tests/judged.ts';

const run = syntheticRun({ users: 200, thinkTimeS: 1, durationS: 120 });

describe('throughput', () => {
  it('is what succeeded per second', () => {
    const { value, unit } = targetOf('throughput', run);
    expect(value).toBeGreaterThan(185);
    expect(value).toBeLessThan(200);
    expect(unit).toBe('requests/s');
    const half = targetOf('throughput', syntheticRun({ users: 200, thinkTimeS: 1, durationS: 120, errorRate: 0.5 }));
    expect(half.value).toBeCloseTo((value ?? 0) / 2, -1);
  });

  it('passes, fails, or is inconclusive by its interval', () => {
    expect(targetOf('throughput', run).verdict).toBe('pass');
    const slow = syntheticRun({ users: 100, thinkTimeS: 0.2, latencyMs: 800, durationS: 120 });
    expect(targetOf('throughput', withLimit(slow, 'throughput', 150)).verdict).toBe('fail');
    expect(targetOf('throughput', withLimit(withPlan(slow, { thinkTimeS: null }), 'throughput', 150)).verdict).toBe('fail');
    const close = targetOf('throughput', withLimit(run, 'throughput', targetOf('throughput', run).value ?? 0));
    expect(close).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('a longer run narrows it') });
  });

  it('is skipped where users and think time cannot make as much, with the figures', () => {
    const few = syntheticRun({ users: 20, thinkTimeS: 4.4 });
    expect(targetOf('throughput', few)).toMatchObject({
      verdict: 'skipped',
      reason: '20 users with 4.4 s of think time make 4.55 requests/s, were every answer instant',
    });
    expect(targetOf('throughput', { ...few, client: MISSING }).verdict).toBe('skipped');
  });

  it('is skipped where a script declares no think time, and was measured to spend too long between requests', () => {
    const few = withPlan(syntheticRun({ users: 20, thinkTimeS: 4.4, latencyMs: 200, durationS: 120 }), { thinkTimeS: null });
    const { verdict, reason = '' } = targetOf('throughput', few);
    expect(verdict).toBe('skipped');
    const [, between = '', offered = ''] = /spent ([\d.]+) s between two requests, and make ([\d.]+) requests/.exec(reason) ?? [];
    expect(Number(between)).toBeGreaterThan(4);
    expect(Number(between)).toBeLessThan(5);
    expect(Number(offered)).toBeCloseTo(20 / Number(between), 1);
    const failing = withPlan(syntheticRun({ users: 20, thinkTimeS: 4.4, durationS: 120, errorRate: 0.2 }), { thinkTimeS: null });
    expect(targetOf('throughput', failing).verdict).toBe('fail');
  });

  it('is inconclusive, and no miss, where the generator was saturated or arrivals were dropped', () => {
    const busy = withSamples(syntheticRun({ users: 100, thinkTimeS: 0.2, latencyMs: 800, durationS: 120 }), { machineCpu: 0.99 });
    expect(targetOf('throughput', withLimit(busy, 'throughput', 150))).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('saturated'),
    });
    expect(targetOf('throughput', withLimit(busy, 'throughput', 50)).verdict).toBe('pass');
  });

  it('counts a limit that was reached against the odds: think time is a mean', () => {
    expect(targetOf('throughput', withPlan(run, { thinkTimeS: 2 })).verdict).toBe('pass');
  });

  it('is skipped in an open run that carried all that was asked of it, and fails where it did not', () => {
    const open = syntheticRun({ ratePerS: 50, durationS: 120 });
    expect(targetOf('throughput', open)).toMatchObject({
      verdict: 'skipped',
      reason: expect.stringContaining('all of 50 arrivals/s were carried'),
    });
    expect(targetOf('throughput', syntheticRun({ ratePerS: 50, durationS: 20, rampS: 0 })).verdict).toBe('skipped');
    expect(targetOf('throughput', withLimit(open, 'throughput', 20)).verdict).toBe('pass');
    const droppedIterations = open.client.droppedIterations.map(() => 1);
    expect(targetOf('throughput', withClient(open, { droppedIterations })).verdict).toBe('inconclusive');
    expect(targetOf('throughput', syntheticRun({ ratePerS: 50, durationS: 120, errorRate: 0.2 })).verdict).toBe('fail');
  });

  it('is inconclusive without data', () => {
    expect(targetOf('throughput', { ...run, client: MISSING })).toMatchObject({ verdict: 'inconclusive', value: null });
    expect(targetOf('throughput', withClient(run, { endpoints: [] })).verdict).toBe('inconclusive');
    expect(targetOf('throughput', syntheticRun({ durationS: 5, rampS: 0 })).verdict).toBe('inconclusive');
  });
});
