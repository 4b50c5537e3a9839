import { describe, expect, it } from 'vitest';
import { type SyntheticRun, syntheticRun } from '../../tests/artifacts.ts';
import { MISSING, targetOf, withClient, withLimit, withSamples } from '../../tests/judged.ts';
import { histogramOf } from '../models/histogram.ts';

const run = syntheticRun({ latencyMs: 100, durationS: 120 });
const { value, interval } = targetOf('latency-p95', run);
const [lo, hi] = interval ?? [0, 0];

function withExactP95(given: SyntheticRun, p95: number): SyntheticRun {
  const { exact } = given.client;
  const latencyMs = exact?.latencyMs;
  if (!exact || !latencyMs) throw new Error('the run has exact values');
  return withClient(given, { exact: { ...exact, latencyMs: { ...latencyMs, p95 } } });
}

/** The run with so many requests in the plateau and no others, one a second. */
function withRequests(count: number): SyntheticRun {
  const fromSlot = 20;
  const requests = run.client.users.map((_, slot) => (slot >= fromSlot && slot < fromSlot + count ? 1 : 0));
  const latencyS = requests.map((one) => (one > 0 ? histogramOf([0.1]) : null));
  return withClient(run, { endpoints: [{ name: 'GET /', requests, errors: requests.map(() => 0), latencyS }] });
}

describe('latency-p95', () => {
  it('holds the exact percentile within its interval', () => {
    const exact = run.client.exact?.latencyMs?.p95 ?? 0;
    expect(lo).toBeLessThan(exact);
    expect(hi).toBeGreaterThan(exact);
    expect(Math.abs((value ?? 0) / exact - 1)).toBeLessThan(0.05);
  });

  it('passes where the interval is clear below the limit, and fails where it is clear above', () => {
    expect(targetOf('latency-p95', withLimit(run, 'latency-p95', hi + 1)).verdict).toBe('pass');
    expect(targetOf('latency-p95', withLimit(run, 'latency-p95', lo)).verdict).toBe('fail');
  });

  it("has k6's exact value decide in between: a miss fails, a hit warns, both with the reason", () => {
    const limit = (lo + hi) / 2;
    const close = withLimit(run, 'latency-p95', limit);
    expect(targetOf('latency-p95', withExactP95(close, limit - 1))).toMatchObject({
      verdict: 'warn',
      value: limit - 1,
      reason: expect.stringContaining('meets it'),
    });
    expect(targetOf('latency-p95', withExactP95(close, limit))).toMatchObject({
      verdict: 'fail',
      value: limit,
      reason: expect.stringContaining('misses it'),
    });
    const without = targetOf('latency-p95', withClient(close, { exact: null }));
    expect(without).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining("k6's exact value is missing") });
    expect(targetOf('latency-p95', withExactP95(close, Number.NaN)).verdict).toBe('inconclusive');
  });

  it('takes 59 requests', () => {
    expect(targetOf('latency-p95', withRequests(58))).toMatchObject({
      verdict: 'inconclusive',
      interval: null,
      reason: 'a 95th percentile takes 59 requests, there were 58',
    });
    expect(targetOf('latency-p95', withRequests(59)).interval).not.toBeNull();
  });

  it('is inconclusive with a saturated generator and without data', () => {
    expect(targetOf('latency-p95', withSamples(withLimit(run, 'latency-p95', 1), { machineCpu: 1 })).verdict).toBe('inconclusive');
    expect(targetOf('latency-p95', { ...run, client: MISSING })).toMatchObject({ verdict: 'inconclusive', value: null });
    expect(targetOf('latency-p95', withClient(run, { endpoints: [] }))).toMatchObject({ verdict: 'inconclusive', value: null });
  });
});
