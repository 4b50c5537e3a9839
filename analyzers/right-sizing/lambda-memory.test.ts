import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { judgedRun, saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { rightSizing } from './index.ts';
import type { Strategy } from './strategies.ts';

const NODE = 'lambda:character';
/** A run with a size of memory and what an invocation takes then, a tenth more or less from period to period. */
function withMemory(memoryMb: number, durationMs: number, run: PlatformRun = sizedRun()): PlatformRun {
  const sized = withLimits(run, NODE, { memoryMb });
  const timed = withSeries(sized, NODE, 'Duration', 'Average', (requests, timeS) =>
    requests === 0 ? null : durationMs * (timeS % 10 < 5 ? 0.9 : 1.1),
  );
  return withSeries(timed, NODE, 'memory_utilization', 'Maximum', null);
}
const now = withMemory(512, 60);
function comparing(strategy: Strategy, ...others: PlatformRun[]) {
  const sizes = sizesOf(now, { strategy, others: others.map(judgedRun) });
  return { ...saidOf(sizes, 'lambda-memory', NODE), sizes: sizes.memorySizes };
}

describe('lambda-memory', () => {
  it('claims nothing of sizes that were not measured', () => {
    expect(saidOf(sizesOf(now), 'lambda-memory', NODE)).toMatchObject({
      recommended: null,
      withheld: { to: null, reason: expect.stringContaining('one size only'), settledBy: expect.stringContaining('--with') },
    });
    expect(sizesOf(now).memorySizes).toEqual([]);
  });

  describe('of architectures', () => {
    type Known = 'x86_64' | 'arm64' | null;
    const having = (run: PlatformRun, arch: Known) => judgedRun(withLimits(run, NODE, { arch }));
    const said = (arch: Known, other: Known) =>
      saidOf(rightSizing(having(now, arch), { others: [having(withMemory(256, 75), other)] }), 'lambda-memory', NODE);

    it('compares memory of the same one, at its price', () => {
      const [x86, arm] = (['x86_64', 'arm64'] as const).map((arch) => said(arch, arch).recommended?.savingPerMonth?.amount ?? Number.NaN);
      expect(arm).toBeCloseTo(((x86 ?? Number.NaN) * 0.0000133334) / 0.0000166667, 5);
      expect(said('x86_64', 'arm64').withheld?.reason).toContain('one size only (of its architecture)');
    });

    it('compares nothing with one that is not known, and says of which run', () => {
      expect(said('x86_64', null).withheld?.reason).toBe(
        `the architecture that ${NODE} had in ${judgedRun(now).report.runId} is not known, and another is another processor`,
      );
      for (const other of ['x86_64', null] as const) expect(said(null, other).withheld?.reason).toContain('had in this run is not known');
      expect(said('x86_64', null).withheld?.settledBy).toContain('lambda:GetFunctionConfiguration');
      expect(saidOf(rightSizing(having(now, null)), 'lambda-memory', NODE).withheld?.reason).toContain('one size only');
    });

    it('has no saving where it is not known', () => {
      const full = withSeries(now, NODE, 'MaxMemoryUsed', 'Maximum', (requests) => (requests === 0 ? null : 490));
      const { recommended } = saidOf(rightSizing(having(full, null)), 'lambda-memory', NODE);
      expect(recommended).toMatchObject({ savingPerMonth: null, unpriced: expect.stringContaining('architecture could not be read') });
    });
  });

  it('takes the cheapest, the fastest, or a compromise of those that were measured, as AWS Lambda Power Tuning does', () => {
    // GB-s: 256 × 75, 512 × 60, 1,024 × 48, 2,048 × 44.
    const others = [withMemory(256, 75), withMemory(1024, 48), withMemory(2048, 44)];
    expect(comparing('cost', ...others).sizes).toMatchObject([
      {
        node: NODE,
        sizes: [{ memoryMb: 256, durationMs: expect.closeTo(75, 0) }, { memoryMb: 512 }, { memoryMb: 1024 }, { memoryMb: 2048 }],
        chosen: { cost: 256, speed: 2048, balanced: 512 },
      },
    ]);
    expect(comparing('cost', ...others).recommended).toMatchObject({ from: '512 MB', to: '256 MB' });
    expect(comparing('speed', ...others).recommended).toMatchObject({ to: '2048 MB' });
    expect(comparing('balanced', ...others)).toMatchObject({ recommended: null, withheld: null });
  });

  it('prices it by the list, requests and duration, and says what it does to the targets', () => {
    const { recommended } = comparing('cost', withMemory(256, 75));
    const requests = 784.47 * 730 * 3600;
    expect(recommended?.savingPerMonth?.amount ?? 0).toBeCloseTo(requests * 1e-3 * (0.5 * 60 - 0.25 * 75) * 0.0000166667, -2);
    // One invocation for each request, and the doubt of both durations on top of 15 ms.
    const [avg] = recommended?.effects ?? [];
    expect(avg).toMatchObject({ target: 'latency-avg', effect: 'worse' });
    expect(avg?.estimate).toBeGreaterThan(28.13 + 16);
    expect(avg?.estimate).toBeLessThan(28 + 25);
    const [faster] = comparing('speed', withMemory(1024, 48)).recommended?.effects ?? [];
    expect(faster).toMatchObject({ target: 'latency-avg', effect: 'better' });
  });

  it('keeps what takes longer within the concurrency that functions share', () => {
    // 784 invocations/s of 75 ms keep 59 busy in the mean.
    const shared = (accountConcurrency: number | null, ...others: PlatformRun[]) =>
      saidOf(
        rightSizing(judgedRun(withLimits(now, NODE, { accountConcurrency })), { others: others.map(judgedRun) }),
        'lambda-memory',
        NODE,
      );
    expect(shared(200, withMemory(256, 75)).recommended?.to).toBe('256 MB');
    expect(shared(80, withMemory(256, 75)).withheld?.reason).toMatch(
      /concurrency for functions without a reservation at \d+ of 80 executions/,
    );
    expect(shared(null, withMemory(256, 75)).withheld?.reason).toContain(
      "how much of the account's concurrency it would leave is not known",
    );
    // What gets faster needs less.
    expect(shared(80, withMemory(256, 50)).recommended?.to).toBe('256 MB');
  });

  it('withholds what would break a target, and takes the next size that does not', () => {
    const { recommended } = comparing('cost', withMemory(128, 200), withMemory(256, 75));
    expect(recommended).toMatchObject({ to: '256 MB' });
    // 25 times 140 ms on top of p99.
    expect(comparing('cost', withMemory(128, 200)).withheld).toMatchObject({
      to: '128 MB',
      reason: expect.stringContaining('latency-p95'),
    });
  });

  it('keeps what differs by no more than the noise', () => {
    expect(comparing('speed', withMemory(1024, 59.5))).toMatchObject({ recommended: null, withheld: null });
  });

  it('takes no size with which it fails more often than the targets allow', () => {
    const failing = withSeries(withMemory(256, 75), NODE, 'Errors', 'Sum', (requests) => (requests === 0 ? null : 0.02 * requests));
    expect(comparing('cost', failing).withheld?.reason).toContain('it could bring error-rate to 0.02');
  });

  it('takes no size of a run that missed a target', () => {
    const missing = withMemory(256, 75);
    const limits = missing.plan.limits.map((each) => (each.id === 'latency-avg' ? { ...each, limit: 20 } : each));
    const missed = { ...missing, plan: { ...missing.plan, limits } };
    expect(comparing('cost', missed).withheld?.reason).toBe('the run with 256 MB missed latency-avg');
    expect(comparing('cost', missed, withMemory(384, 65)).recommended?.to).toBe('384 MB');
  });

  it('recommends more where it comes near its memory, as what takes a risk away', () => {
    const full = withSeries(withMemory(512, 60), NODE, 'MaxMemoryUsed', 'Maximum', (requests) => (requests === 0 ? null : 490));
    const { recommended } = saidOf(sizesOf(full, { others: [judgedRun(withMemory(256, 75))] }), 'lambda-memory', NODE);
    expect(recommended).toMatchObject({ from: '512 MB', to: '700 MB', risk: { level: 'low' } });
    expect(recommended?.savingPerMonth?.amount).toBeLessThan(0);
    const roomy = withSeries(full, NODE, 'MaxMemoryUsed', 'Maximum', (requests) => (requests === 0 ? null : 400));
    expect(saidOf(sizesOf(roomy), 'lambda-memory', NODE).recommended).toBeNull();
  });

  it('takes no size that its memory would nearly fill', () => {
    const tight = withSeries(withMemory(256, 75), NODE, 'MaxMemoryUsed', 'Maximum', (requests) => (requests === 0 ? null : 250));
    expect(comparing('cost', tight).withheld?.reason).toContain('memory of lambda:character at 250 of 256 MB');
  });

  it('says so where too few invocations tell, or its size could not be read', () => {
    const few = withSeries(now, NODE, 'Invocations', 'Sum', (requests) => (requests === 0 ? null : 1));
    expect(saidOf(sizesOf(few), 'lambda-memory', NODE).withheld?.reason).toContain('fewer than 100 invocations');
    const unread = withLimits(now, NODE, { memoryMb: null });
    expect(saidOf(sizesOf(unread), 'lambda-memory', NODE).withheld?.reason).toContain('could not be read');
  });

  it('compares nothing with a run that was not steady', () => {
    const judged = judgedRun(now);
    const window = judged.report.window && { ...judged.report.window, steady: false, reason: 'it grew' };
    const unsteady = { ...judged, report: { ...judged.report, window } };
    const said = saidOf(rightSizing(unsteady, { others: [judgedRun(withMemory(1024, 48))], strategy: 'speed' }), 'lambda-memory', NODE);
    expect(said.withheld?.reason).toContain('not steady');
  });
});
