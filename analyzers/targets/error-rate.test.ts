import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { MISSING, targetOf, withClient, withLimit } from '../../tests/judged.ts';

const failing = (errorRate: number) => withLimit(syntheticRun({ errorRate, users: 400, durationS: 120 }), 'error-rate', 0.01);

describe('error-rate', () => {
  it('fails for a burst of failures wherever it lies at full load: it is no warm-up', () => {
    for (const at of [40, 90, 130, 200]) {
      const burst = syntheticRun({ users: 300, durationS: 300, rampS: 20, latencyMs: 50 });
      for (const { requests, errors } of burst.client.endpoints)
        for (let slot = at; slot < at + 8; slot += 1) errors[slot] = requests[slot] ?? 0;
      expect(targetOf('error-rate', burst)).toMatchObject({ verdict: 'fail' });
    }
  });

  it('passes, fails, or is inconclusive by its exact interval', () => {
    expect(targetOf('error-rate', failing(0.002)).verdict).toBe('pass');
    expect(targetOf('error-rate', failing(0.03)).verdict).toBe('fail');
    const close = targetOf('error-rate', failing(0.01));
    expect(close.verdict).toBe('inconclusive');
    expect(close.reason).toMatch(/the limit lies within the interval.*about [\d,]+ requests, [\d]+ \w+ of this load, would settle it/);
  });

  it('is judged over the plateau without a steady state, too', () => {
    const drifting = syntheticRun({ errorRate: 0.05, latencyMs: 200, latencyFactor: (elapsedS) => 1 + elapsedS / 20 });
    expect(targetOf('error-rate', drifting).verdict).toBe('fail');
  });

  it('needs 299 requests without an error to claim less than 1 %', () => {
    const few = withLimit(syntheticRun({ users: 5, durationS: 50 }), 'error-rate', 0.01);
    expect(targetOf('error-rate', few)).toMatchObject({
      verdict: 'inconclusive',
      value: 0,
      reason: expect.stringContaining('about 299 requests'),
    });
  });

  it('takes a limit of 0 for what it says: one error misses it, and none proves it', () => {
    const zero = (errorRate: number) => withLimit(syntheticRun({ errorRate }), 'error-rate', 0);
    expect(targetOf('error-rate', zero(0.01)).verdict).toBe('fail');
    expect(targetOf('error-rate', zero(0)).verdict).toBe('inconclusive');
  });

  it('is inconclusive without data', () => {
    const run = failing(0);
    expect(targetOf('error-rate', { ...run, client: MISSING })).toMatchObject({ verdict: 'inconclusive', value: null });
    expect(targetOf('error-rate', withClient(run, { endpoints: [] }))).toMatchObject({ verdict: 'inconclusive', value: null });
  });
});
