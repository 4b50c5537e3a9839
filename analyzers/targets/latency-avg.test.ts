import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { MISSING, targetOf, withClient, withLimit, withSamples } from '../../tests/judged.ts';

const run = syntheticRun({ latencyMs: 100, durationS: 120 });
const value = targetOf('latency-avg', run).value ?? 0;

describe('latency-avg', () => {
  it('is the exact mean over the window, within its interval', () => {
    expect(value).toBeCloseTo(run.client.exact?.latencyMs?.avg ?? 0, -1);
    const { interval, unit } = targetOf('latency-avg', run);
    expect(interval?.[0]).toBeLessThan(value);
    expect(interval?.[1]).toBeGreaterThan(value);
    expect(unit).toBe('ms');
  });

  it('passes below its limit and fails above', () => {
    expect(targetOf('latency-avg', withLimit(run, 'latency-avg', 500))).toMatchObject({ verdict: 'pass', limit: 500 });
    expect(targetOf('latency-avg', withLimit(run, 'latency-avg', 50))).toMatchObject({ verdict: 'fail' });
  });

  it('is inconclusive where the limit lies within the interval, and says what would settle it', () => {
    const target = targetOf('latency-avg', withLimit(run, 'latency-avg', value * 1.001));
    expect(target.verdict).toBe('inconclusive');
    expect(target.reason).toMatch(/the limit lies within the interval.*about [\d,]+ requests, [\d]+ \w+ of this load, would settle it/);
    expect(targetOf('latency-avg', withLimit(run, 'latency-avg', value)).reason).toContain('no number of requests would settle it');
  });

  it('is inconclusive where no request succeeded, for refused connections take no time', () => {
    const endpoints = run.client.endpoints.map((endpoint) => ({ ...endpoint, errors: endpoint.requests }));
    expect(targetOf('latency-avg', withClient(run, { endpoints }))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no request succeeded, and a refused one takes no time',
    });
  });

  it('is inconclusive with a saturated generator, even when it would fail', () => {
    const target = targetOf('latency-avg', withSamples(withLimit(run, 'latency-avg', 50), { machineCpu: 1 }));
    expect(target.verdict).toBe('inconclusive');
    expect(target.reason).toContain('the load generator was saturated');
    expect(target.value).toBeCloseTo(value, 6);
  });

  it('is void in an open run that dropped arrivals', () => {
    const open = syntheticRun({ ratePerS: 100, durationS: 60 });
    const dropped = open.client.droppedIterations.map((_, slot) => (slot === 30 ? 12 : 0));
    expect(targetOf('latency-avg', withClient(open, { droppedIterations: dropped }))).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('12 arrivals never got to send'),
    });
    expect(targetOf('latency-avg', open).verdict).toBe('pass');
  });

  it('fails without a steady state where the miss is certain, and is inconclusive otherwise', () => {
    const drifting = syntheticRun({ latencyMs: 300, durationS: 120, latencyFactor: (elapsedS) => 1 + elapsedS / 30 });
    expect(targetOf('latency-avg', withLimit(drifting, 'latency-avg', 200)).verdict).toBe('fail');
    expect(targetOf('latency-avg', withLimit(drifting, 'latency-avg', 5000))).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('no steady state'),
    });
  });

  it('is inconclusive on thin data: nothing measured, no requests, a run of seconds', () => {
    expect(targetOf('latency-avg', { ...run, client: MISSING })).toMatchObject({
      verdict: 'inconclusive',
      value: null,
      reason: MISSING.missing,
    });
    expect(targetOf('latency-avg', withClient(run, { endpoints: [] }))).toMatchObject({ verdict: 'inconclusive', value: null });
    expect(targetOf('latency-avg', withClient(run, { executionStartS: null, iterations: [] }))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the engine never began to execute',
    });
    expect(targetOf('latency-avg', syntheticRun({ durationS: 6, rampS: 0 })).verdict).toBe('inconclusive');
  });
});
