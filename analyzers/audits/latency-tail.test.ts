import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';

describe('latency-tail', () => {
  it('has nothing to say of the usual spread', () => {
    expect(findingsOf('latency-tail', syntheticRun({ durationS: 60, latencySigma: 0.5, latencyMs: 100 }))).toEqual([]);
  });

  it('tells of a tail ten times the median, and leaves the verdict to the targets', () => {
    const [finding] = findingsOf('latency-tail', syntheticRun({ durationS: 60, latencySigma: 1.4, latencyMs: 100 }));
    expect(finding).toMatchObject({
      verdict: 'pass',
      severity: 'low',
      title: expect.stringMatching(/^1 request in 100 of .* times the median$/),
      effect: expect.stringMatching(/^With a 99th percentile of 10 times the median, .* would take [\d,]+ ms less\.$/),
    });
    expect(finding?.why).toContain('39.5 %');
  });

  it('does not mind a tail that nobody notices, nor one of too few requests', () => {
    expect(findingsOf('latency-tail', syntheticRun({ durationS: 60, latencySigma: 1.4, latencyMs: 1 }))).toEqual([]);
    expect(findingsOf('latency-tail', syntheticRun({ durationS: 60, latencySigma: 1.4, latencyMs: 100, users: 4 }))).toEqual([]);
  });
});
