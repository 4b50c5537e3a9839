import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING, targetOf } from '../../tests/judged.ts';

/** A stall of 15 s at 60 times the latency, which MSER cuts off as it does a warm-up. */
const stalled = syntheticRun({ users: 300, durationS: 300, rampS: 20, latencyMs: 50, latencyFactor: (t) => (t > 90 && t < 105 ? 60 : 1) });

describe('warm-up', () => {
  it('warns of a stall that was left out as warm-up', () => {
    expect(targetOf('latency-p95', stalled).verdict).toBe('pass');
    expect(findingsOf('warm-up', stalled)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        evidence: expect.arrayContaining([expect.objectContaining({ what: expect.stringContaining('p95'), limit: 2000 })]),
      }),
    ]);
  });

  it('has nothing to say of a warm-up within the limits, of none, and where the run never settled', () => {
    expect(findingsOf('warm-up', syntheticRun({ durationS: 200, latencyMs: 20, latencyFactor: (t) => (t < 50 ? 5 : 1) }))).toEqual([]);
    expect(findingsOf('warm-up', syntheticRun({ durationS: 120 }))).toEqual([]);
    expect(findingsOf('warm-up', syntheticRun({ durationS: 20, latencyMs: 5000 }))).toEqual([]);
  });

  it('is silent without a limit, and unanswered without data', () => {
    expect(findingsOf('warm-up', { ...stalled, plan: { ...stalled.plan, limits: [] } })).toEqual([]);
    expect(findingsOf('warm-up', { ...stalled, client: MISSING })).toEqual([]);
  });
});
