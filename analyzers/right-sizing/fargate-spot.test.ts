import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { PRICE_LISTS, type PriceList } from '../models/cost/index.ts';

const NODE = 'fargate:engine';
/** The smallest size there is, so that no other change of it comes first. */
function service(tasks: number, cpu: number, memory = 20): PlatformRun {
  const sized = withLimits(sizedRun(), NODE, { cpuUnits: 256, memoryMb: 512, tasksMin: tasks });
  const running = withSeries(sized, NODE, 'RunningTaskCount', 'Average', tasks);
  return withSeries(withSeries(running, NODE, 'CPUUtilization', 'Average', cpu), NODE, 'MemoryUtilization', 'Maximum', memory);
}
const said = (run: PlatformRun, prices?: readonly PriceList[]) =>
  saidOf(sizesOf(run, prices === undefined ? {} : { prices }), 'fargate-spot', NODE);

/** Spot as it costs on demand. */
const dearAs = ({ prices }: PriceList) =>
  Object.entries(prices).map(([key, { tiers }]) => [
    key,
    { price: tiers[0]?.price ?? Number.NaN, priceDate: '2026-11', source: 'made up' },
  ]);

describe('fargate-spot', () => {
  it('lets those that stay carry the load alone', () => {
    // 6 × 25 % are 1.5 tasks, and 3 of them are half busy: 70 % is safe.
    expect(said(service(6, 25)).recommended).toMatchObject({
      from: null,
      to: '3 of 6 tasks (50 %)',
      risk: { level: 'high' },
      uses: [{ used: 0.375, capacity: 0.75 }, { unit: 'GB' }],
    });
    expect(said(service(6, 45)).recommended?.to).toBe('2 of 6 tasks (33.3 %)');
    expect(said(service(6, 5)).recommended?.to).toBe('4 of 6 tasks (66.7 %)');
    expect(said(service(6, 5, 40)).recommended?.to).toBe('3 of 6 tasks (50 %)');
  });

  it('has none of two, and none of those that are all needed', () => {
    expect(said(service(2, 5)).withheld?.reason).toContain('2 of its 2 tasks');
    expect(said(service(4, 65)).withheld?.reason).toContain('4 of its 4 tasks');
    const byQueue = withLimits(service(6, 5), NODE, { scaling: [{ metric: 'ActiveTasks', target: 100 }] });
    expect(said(byQueue).withheld?.reason).toContain('scales by ActiveTasks, too');
  });

  it('saves what Spot costs less, where that is known', () => {
    // 3 tasks of 0.25 vCPU and 0.5 GB, by the prices of us-east-1 on 2026-09-28.
    const saving = said(service(6, 25)).recommended?.savingPerMonth?.amount;
    expect(saving).toBeCloseTo(730 * 3 * (0.25 * (0.04048 - 0.01288871) + 0.5 * (0.004445 - 0.00141527)), 6);
    const without = PRICE_LISTS.map(({ discounts: _, ...list }) => list);
    expect(said(service(6, 25), without).recommended).toMatchObject({
      savingPerMonth: null,
      unpriced: 'Fargate Spot has no price here',
    });
    expect(said(withLimits(service(6, 25), NODE, { arch: null })).recommended?.unpriced).toContain('architecture could not be read');
    const dear = PRICE_LISTS.map((list) => ({ ...list, discounts: { spot: Object.fromEntries(dearAs(list)) } }));
    expect(said(service(6, 25), dear)).toEqual({ recommended: null, withheld: null });
  });

  it('puts nothing on Spot where a request took longer than a task has to finish', () => {
    const run = service(6, 25);
    const exact = run.client.exact;
    const slow = exact?.latencyMs ? { ...exact, latencyMs: { ...exact.latencyMs, max: 31_000 } } : exact;
    expect(said({ ...run, client: { ...run.client, exact: slow } }).withheld?.reason).toContain('what it does to error-rate is not known');
  });
});
