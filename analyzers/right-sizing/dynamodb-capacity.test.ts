import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
import { judgedRun, saidOf, sizedRun, sizesOf } from '../../tests/right-sizing.ts';
import { PRICE_LISTS } from '../models/cost/index.ts';
import { breakEvenOf } from './dynamodb-capacity.ts';
import { rightSizing } from './index.ts';
import { pricingOf } from './pricing.ts';

const PERIOD_S = 5;
/** So many units a second, all the time. */
const consuming = (run: PlatformRun, node: string, access: 'Read' | 'Write', perS: number | null): PlatformRun =>
  withSeries(
    run,
    node,
    `Consumed${access}CapacityUnits`,
    'Sum',
    perS === null ? null : (requests) => (requests === 0 ? null : perS * PERIOD_S),
  );
const provisioning = (run: PlatformRun, node: string, readUnits: number, writeUnits: number): PlatformRun => {
  const limited = withLimits(run, node, { billing: 'provisioned', readUnits, writeUnits });
  const told = withSeries(limited, node, 'ProvisionedReadCapacityUnits', 'Average', readUnits);
  return withSeries(told, node, 'ProvisionedWriteCapacityUnits', 'Average', writeUnits);
};
const throttling = (run: PlatformRun, node: string, metric: string): PlatformRun =>
  withSeries(run, node, metric, 'Sum', (requests) => (requests === 0 ? null : 5));
const GUILDS = 'dynamodb:guilds';
const guilds = (rcu: number, wcu: number, reads: number | null, writes: number | null): PlatformRun =>
  consuming(consuming(provisioning(sizedRun(), GUILDS, rcu, wcu), GUILDS, 'Read', reads), GUILDS, 'Write', writes);
const said = (run: PlatformRun, node = GUILDS) => saidOf(sizesOf(run), 'dynamodb-capacity', node);
const MONTH_H = 730;
/** Within the ramp. */
const BEGUN_S = Date.parse('2026-11-24T10:00:10Z') / 1000;

describe('dynamodb-capacity', () => {
  it('has the break-even of the price list: 28.9 % of sustained use', () => {
    expect(breakEvenOf(pricingOf('us-east-1'))).toBeCloseTo(0.289, 3);
    const [list] = PRICE_LISTS;
    const cheap = {
      ...list,
      prices: { ...list?.prices, 'dynamodb.on-demand.write': { unit: '', tiers: [{ upTo: null, price: 1.25e-6 }] } },
    };
    expect(breakEvenOf(pricingOf('us-east-1', [cheap as (typeof PRICE_LISTS)[number]]))).toBeCloseTo(0.1444, 3);
    expect(breakEvenOf(pricingOf('mars-north-1'))).toBeNull();
  });

  it('lowers units to 70 % of the busiest period', () => {
    const { recommended } = said(guilds(200, 100, 70, 35));
    expect(recommended).toMatchObject({
      from: 'provisioned, 200 RCU and 100 WCU',
      to: 'provisioned, 100 RCU and 50 WCU',
      uses: [
        { unit: 'RCU', used: 70, capacity: 100, safe: 0.7 },
        { unit: 'WCU', used: 35, capacity: 50 },
      ],
    });
    expect(recommended?.savingPerMonth?.amount).toBeCloseTo(MONTH_H * (100 * 0.00013 + 50 * 0.00065), 6);
  });

  it('lowers one access and leaves the other, of which it changes nothing', () => {
    // 75 of 100 WCU are more than 70 %, and less than the 80 % that would be short.
    expect(said(guilds(200, 100, 70, 75)).recommended).toMatchObject({
      to: 'provisioned, 100 RCU and 100 WCU',
      savingPerMonth: { amount: expect.closeTo(MONTH_H * 100 * 0.00013, 6) },
      uses: [{ unit: 'RCU', used: 70, capacity: 100, safe: 0.7 }],
    });
  });

  it('goes on demand below the break-even, and back above it', () => {
    // A rush of 140 a second as the load begins, and 10 all the time after it.
    const uneven = withSeries(guilds(200, 10, 10, 1), GUILDS, 'ConsumedReadCapacityUnits', 'Sum', (requests, timeS) =>
      requests === 0 ? null : PERIOD_S * (timeS < BEGUN_S ? 140 : 10),
    );
    const idle = said(uneven).recommended;
    expect(idle).toMatchObject({ to: 'on demand', risk: { level: 'low' }, why: expect.stringContaining('28.9 %') });
    const now = MONTH_H * (200 * 0.00013 + 10 * 0.00065);
    expect(idle?.savingPerMonth?.amount).toBeCloseTo(now - MONTH_H * 3600 * (10 * 1.25e-7 + 1 * 6.25e-7), 6);
    const onDemand = withLimits(guilds(1, 1, 70, 35), GUILDS, { billing: 'on-demand' });
    expect(said(onDemand).recommended).toMatchObject({ from: 'on demand', to: 'provisioned, 100 RCU and 50 WCU' });
  });

  it('keeps the units of what the run did not do', () => {
    expect(said(guilds(200, 10, 70, null)).recommended?.to).toBe('provisioned, 100 RCU and 10 WCU');
  });

  it('counts each index with units of its own', () => {
    const node = 'dynamodb:characters';
    const busy = consuming(consuming(sizedRun(), node, 'Write', 35), `${node}/userId-index`, 'Write', 7);
    expect(said(busy, node).recommended?.to).toMatch(/^provisioned, \d+ RCU and 50 WCU; userId-index: 5 RCU and 10 WCU$/);
  });

  it('counts the ramps, too: units have to be there for them', () => {
    const rush = withSeries(guilds(200, 100, 35, 70), GUILDS, 'ConsumedReadCapacityUnits', 'Sum', (requests, timeS) =>
      requests === 0 ? null : PERIOD_S * (timeS < BEGUN_S ? 105 : 35),
    );
    expect(said(rush).recommended?.to).toBe('provisioned, 150 RCU and 100 WCU');
  });

  it('takes no units away where any were refused, and gives more, or none, by price', () => {
    const short = throttling(guilds(100, 10, 99, 5), GUILDS, 'ReadThrottleEvents');
    const { recommended } = said(short);
    // 99 a second, and one that was refused.
    expect(recommended).toMatchObject({ to: 'provisioned, 143 RCU and 10 WCU', risk: { level: 'low' } });
    expect(recommended?.savingPerMonth?.amount).toBeLessThan(0);
    expect(recommended?.effects.map(({ effect }) => effect)).not.toContain('worse');
  });

  it('prices on demand with what was refused, and at the load that is asked for', () => {
    const short = throttling(guilds(100, 100, 99, 5), GUILDS, 'ReadThrottleEvents');
    const now = MONTH_H * (100 * 0.00013 + 100 * 0.00065);
    const refusedPerS = 1;
    const saving = said(short).recommended?.savingPerMonth?.amount ?? 0;
    expect(saving).toBeCloseTo(now - MONTH_H * 3600 * ((99 + refusedPerS) * 1.25e-7 + 5 * 6.25e-7), 0);
    // Throughput out of reach of the plan: half as much again is asked for.
    const judged = judgedRun(short);
    const targets = judged.report.targets.map((each) =>
      each.id === 'throughput' ? { ...each, limit: 1.5 * (each.value ?? 0), verdict: 'skipped' as const } : each,
    );
    const idle = judgedRun(guilds(2000, 100, 1, 1));
    const larger = rightSizing({ ...idle, report: { ...idle.report, targets } }).recommendations.find(({ node }) => node === GUILDS);
    expect(larger?.to).toBe('provisioned, 3 RCU and 3 WCU');
    const uneven = judgedRun(
      withSeries(guilds(200, 10, 10, 1), GUILDS, 'ConsumedReadCapacityUnits', 'Sum', (requests, timeS) =>
        requests === 0 ? null : PERIOD_S * (timeS < BEGUN_S ? 140 : 10),
      ),
    );
    const onDemand = rightSizing({ ...uneven, report: { ...uneven.report, targets } }).recommendations.find(({ node }) => node === GUILDS);
    expect(onDemand?.to).toBe('on demand');
    const units = MONTH_H * (200 * 0.00013 + 10 * 0.00065);
    expect(onDemand?.savingPerMonth?.amount).toBeCloseTo(units - 1.5 * MONTH_H * 3600 * (10 * 1.25e-7 + 1 * 6.25e-7), 6);
  });

  it('says that units do not mend a hot partition, or a throttled table on demand', () => {
    const hot = throttling(
      throttling(guilds(200, 100, 70, 35), GUILDS, 'ReadThrottleEvents'),
      GUILDS,
      'ReadKeyRangeThroughputThrottleEvents',
    );
    expect(said(hot)).toMatchObject({ recommended: null, withheld: { reason: expect.stringContaining('one partition') } });
    const onDemand = throttling(withLimits(guilds(1, 1, 70, 35), GUILDS, { billing: 'on-demand' }), GUILDS, 'ReadThrottleEvents');
    expect(said(onDemand)).toMatchObject({
      recommended: null,
      withheld: { reason: expect.stringContaining('though the table is on demand') },
    });
  });

  it('says nothing of a table that the run did not use, or could not be read', () => {
    expect(said(guilds(10, 5, null, null)).withheld?.reason).toBe('the run did not use it');
    expect(said(withLimits(guilds(10, 5, 1, 1), GUILDS, { billing: null })).withheld?.settledBy).toContain('dynamodb:DescribeTable');
  });

  it('leaves units that fit', () => {
    expect(said(guilds(100, 50, 69, 34))).toEqual({ recommended: null, withheld: null });
  });

  it('names a region without prices, and does not call it nothing', () => {
    const run = guilds(200, 100, 70, 35);
    expect(said({ ...run, inventory: { ...run.inventory, region: 'mars-north-1' } }).recommended).toMatchObject({
      savingPerMonth: null,
      unpriced: 'DynamoDB has no price here',
    });
  });
});
