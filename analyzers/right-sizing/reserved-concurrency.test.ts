import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { judgedRun, saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { serversFor } from '../models/queueing/index.ts';
import { rightSizing } from './index.ts';

const NODE = 'lambda:character';
const reserving = (reservedConcurrency: number | null): PlatformRun =>
  withLimits(
    withSeries(sizedRun(), NODE, 'ConcurrentExecutions', 'Maximum', (requests) => (requests === 0 ? null : 22)),
    NODE,
    {
      reservedConcurrency,
    },
  );
const said = (run: PlatformRun) => saidOf(sizesOf(run), 'reserved-concurrency', NODE);
const throttled = (run: PlatformRun) => withSeries(run, NODE, 'Throttles', 'Sum', (requests) => (requests === 0 ? null : 50));

const TWIN = 'lambda:twin';
/** Of another function that does the same. */
const named = <T extends { node: string }>(each: T): T => ({ ...each, node: each.node === NODE ? TWIN : each.node });

describe('reserved-concurrency', () => {
  it('lowers what is far above the need of arrivals at random', () => {
    // 784 invocations/s of 18 ms keep 14 busy in the mean; the busiest period has some more.
    const { recommended } = said(reserving(300));
    const to = Number(recommended?.to);
    expect(to).toBeGreaterThanOrEqual(serversFor(14.1, 1e-6));
    expect(to).toBeLessThanOrEqual(serversFor(16, 1e-7));
    expect(recommended).toMatchObject({ from: '300', savingPerMonth: { amount: 0 }, unpriced: null, risk: { level: 'medium' } });
    expect(recommended?.why).toContain(`it frees ${300 - to} executions`);
    expect(recommended?.effects.every(({ effect }) => effect === 'none')).toBe(true);
  });

  it('leaves what is ample, and what has none', () => {
    expect(said(reserving(60))).toEqual({ recommended: null, withheld: null });
    expect(said(reserving(null))).toEqual({ recommended: null, withheld: null });
    expect(said(reserving(0))).toEqual({ recommended: null, withheld: null });
  });

  it('lowers nothing that comes in bursts, or of which nobody told how many ran at once', () => {
    const bursts = withSeries(reserving(300), NODE, 'ConcurrentExecutions', 'Maximum', (requests) => (requests === 0 ? null : 80));
    expect(said(bursts).withheld?.reason).toMatch(/^80 ran at once, where arrivals at random would need \d+: they come in bursts/);
    const untold = withSeries(reserving(300), NODE, 'ConcurrentExecutions', 'Maximum', null);
    expect(said(untold).withheld?.reason).toContain('ran at once is not told');
  });

  it('counts the ramps, too: what starts a rush has to be let in', () => {
    const rush = withSeries(reserving(300), NODE, 'ConcurrentExecutions', 'Maximum', (requests, timeS) =>
      requests === 0 ? null : timeS < Date.parse('2026-11-24T10:00:10Z') / 1000 ? 90 : 12,
    );
    expect(said(rush).withheld?.reason).toContain('90 ran at once');
  });

  it('raises what was throttled, with what the account has left', () => {
    const { recommended } = said(throttled(reserving(10)));
    expect(Number(recommended?.to)).toBeGreaterThan(30);
    expect(recommended).toMatchObject({
      from: '10',
      uses: [{ what: 'concurrency for functions without a reservation', used: 100 }],
      risk: { level: 'low', why: expect.stringContaining('keep 100') },
    });
    expect(recommended?.effects.map(({ effect }) => effect)).not.toContain('worse');
    expect(said(throttled(reserving(null))).recommended).toMatchObject({ from: 'none' });
    const peak = withSeries(throttled(reserving(60)), NODE, 'ConcurrentExecutions', 'Maximum', (requests) => (requests === 0 ? null : 60));
    // A burst of a quarter more than was seen.
    expect(said(peak).recommended?.to).toBe('75');
  });

  it('withholds a reservation that leaves the account less than 100 for the others', () => {
    const small = withLimits(throttled(reserving(10)), NODE, { accountConcurrency: 120 });
    expect(said(small).withheld?.reason).toMatch(
      /it would leave concurrency for functions without a reservation at 100 of \d\d executions/,
    );
    const unread = withLimits(throttled(reserving(10)), NODE, { accountConcurrency: null });
    expect(said(unread).withheld?.settledBy).toContain('lambda:GetAccountSettings');
  });

  it('reserves no more for several functions together than leaves the account 100', () => {
    const one = throttled(reserving(null));
    const twin = { ...one.platform, series: [...one.platform.series, ...one.platform.series.map(named)] };
    const judged = judgedRun(one);
    const told = (accountConcurrency: number) => {
      const run = withLimits(one, NODE, { accountConcurrency });
      const resources = [...run.inventory.resources, ...run.inventory.resources.filter(({ node }) => node === NODE).map(named)];
      const sizes = rightSizing({ ...judged, platform: twin, inventory: { ...run.inventory, resources } });
      return [NODE, TWIN].flatMap((node) => saidOf(sizes, 'reserved-concurrency', node).recommended ?? []);
    };
    const enough = Number(said(one).recommended?.to);
    expect(told(100 + enough)).toHaveLength(1);
    expect(told(100 + 2 * enough - 1)).toHaveLength(1);
    expect(told(100 + 2 * enough)).toHaveLength(2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (account) => {
        const reserved = told(account).reduce((sum, { to }) => sum + Number(to), 0);
        expect(reserved === 0 || account - reserved >= 100).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('says so where the reservation could not be read', () => {
    const run = reserving(null);
    const resources = run.inventory.resources.map(({ limits: { reservedConcurrency: _, ...limits }, ...each }) => ({ ...each, limits }));
    expect(said({ ...run, inventory: { ...run.inventory, resources } }).withheld?.settledBy).toContain('lambda:GetFunctionConcurrency');
  });
});
