import { describe, expect, it } from 'vitest';
import { type PlatformRun, withSeries } from '../../tests/platform.ts';
import { judgedRun, saidOf, sizedRun } from '../../tests/right-sizing.ts';
import { PRICE_LISTS } from '../models/cost/index.ts';
import { rightSizing } from './index.ts';

/** The run with its platform told by the hour for so many days before it, each series as it was in the run's middle but for `least` in one hour. */
function withHistory(days: number, least: Record<string, number> = {}, run: PlatformRun = sizedRun()) {
  const judged = judgedRun(run);
  const { platform } = judged;
  const middle = Math.floor(platform.times.length / 2);
  const hours = days * 24;
  const from = (platform.times[0] ?? 0) - hours * 3600;
  const series = platform.series.map((each) => ({
    ...each,
    values: Array.from({ length: hours + 1 }, (_, hour) =>
      hour === 7 ? (least[`${each.node} ${each.metric}`] ?? each.values[middle] ?? null) : (each.values[middle] ?? null),
    ),
  }));
  const times = Array.from({ length: hours + 1 }, (_, hour) => from + hour * 3600);
  // The window lies within the last hour of it.
  const window = judged.report.window && { ...judged.report.window, fromS: from + hours * 3600, toS: from + (hours + 1) * 3600 };
  return { ...judged, platform: { ...platform, periodS: 3600, times, series }, report: { ...judged.report, window, timeline: null } };
}
const said = (judged: ReturnType<typeof judgedRun>, node: string) => saidOf(rightSizing(judged), 'reserved-capacity', node);

/** So many units of guilds, used as auto scaling holds them once an hour of history is made of them. */
function unitsOf(run: PlatformRun, access: 'Read' | 'Write', units: number): PlatformRun {
  const provisioned = withSeries(run, 'dynamodb:guilds', `Provisioned${access}CapacityUnits`, 'Average', units);
  return withSeries(provisioned, 'dynamodb:guilds', `Consumed${access}CapacityUnits`, 'Sum', 0.7 * units * 3600);
}
const savingOf = (judged: ReturnType<typeof judgedRun>, node: string) => said(judged, node).recommended?.savingPerMonth?.amount;

describe('reserved-capacity', () => {
  it('names what was there all the time with its price, and that one run can not show a month', () => {
    const run = judgedRun(sizedRun());
    expect(said(run, 'dynamodb').withheld).toMatchObject({
      reason: expect.stringMatching(
        /^200 RCU and 100 WCU: never less within the window \(\d+ s\), and one run can't say what a month has \(reserved capacity of DynamoDB for a year at 0.0418 USD an hour instead of 0.091 USD an hour\)$/,
      ),
      settledBy: expect.stringContaining('Metrics of 28 days'),
    });
    expect(said(run, 'fargate:engine').withheld?.reason).toContain('2 tasks: never less');
    expect(said(run, 'fargate:engine').withheld?.reason).toContain('at 0.0932 USD an hour instead of 0.117 USD an hour');
    expect(said(run, 'elasticache:cache').withheld?.reason).toContain('1 cache.t3.micro');
    expect(said(run, 'lambda').withheld?.reason).toMatch(
      /^6\.\d+ GB-s a second: .* at 0\.3\d+ USD an hour instead of 0\.4\d+ USD an hour\)$/,
    );
  });

  it('takes the least of a month of metrics, and saves what a year of it costs less', () => {
    const judged = withHistory(30, { 'fargate:engine RunningTaskCount': 1 });
    const sizes = rightSizing(judged);
    const reserved = sizes.recommendations.filter(({ rule }) => rule === 'reserved-capacity');
    expect(reserved.find(({ node }) => node === 'elasticache:cache')).toMatchObject({
      to: '1 cache.t3.micro for a year by a reserved node at 0.011 USD an hour instead of 0.017 USD an hour',
      savingPerMonth: { amount: expect.closeTo(730 * 0.006, 6), currency: 'USD' },
      risk: { level: 'high' },
    });
    // Its tasks come first.
    expect(said(judged, 'fargate:engine').withheld).toMatchObject({
      to: expect.stringContaining('1 task for a year by a Compute Savings Plan at 0.0466 USD an hour instead of 0.0583'),
      reason: expect.stringContaining('another change of it comes first (tasks)'),
    });
    expect(reserved.every(({ effects }) => effects.every(({ effect }) => effect === 'none'))).toBe(true);
    expect(sizes.withheld.some(({ rule, reason }) => rule === 'reserved-capacity' && reason.includes('one run'))).toBe(false);
    expect(sizes.recommendations.findIndex(({ rule }) => rule === 'reserved-capacity')).toBe(
      sizes.recommendations.length - reserved.length,
    );
  });

  it('buys capacity of DynamoDB by the hundred for all tables together, where a hundred pays', () => {
    // Nothing of the table changes: its units are used as auto scaling holds them.
    const judged = (read: number, write: number, least: Record<string, number> = {}) =>
      withHistory(30, least, unitsOf(unitsOf(sizedRun(), 'Read', read), 'Write', write));
    const instead = (rcu: number, wcu: number) => 730 * (rcu * 0.00013 + wcu * 0.00065);
    const year = (rcu: number, wcu: number) => 730 * ((rcu / 100) * (30 / 8760 + 0.0025) + (wcu / 100) * (150 / 8760 + 0.0128));
    expect(said(judged(260, 100), 'dynamodb').recommended?.to).toMatch(/^300 RCU and 100 WCU for a year by reserved capacity of DynamoDB/);
    expect(savingOf(judged(260, 100), 'dynamodb')).toBeCloseTo(instead(260, 100) - year(300, 100), 4);
    // 40 of a hundred cost less by the hour.
    expect(said(judged(240, 40), 'dynamodb').recommended?.to).toMatch(/^200 RCU and 0 WCU/);
    expect(savingOf(judged(240, 40), 'dynamodb')).toBeCloseTo(instead(200, 0) - year(200, 0), 4);
    expect(said(judged(30, 40), 'dynamodb')).toEqual({ recommended: null, withheld: null });
    const least = { 'dynamodb:guilds ProvisionedReadCapacityUnits': 120 };
    expect(said(judged(260, 100, least), 'dynamodb').recommended?.to).toMatch(/^100 RCU and 100 WCU/);
  });

  it('says that there is no price where the list has none', () => {
    const prices = PRICE_LISTS.map(({ discounts: _, ...list }) => list);
    const of = (judged: ReturnType<typeof judgedRun>) => saidOf(rightSizing(judged, { prices }), 'reserved-capacity', 'elasticache:cache');
    expect(of(withHistory(30)).recommended).toMatchObject({
      to: '1 cache.t3.micro for a year by a reserved node',
      savingPerMonth: null,
      unpriced: 'a reserved node has no price here',
    });
    expect(of(judgedRun(sizedRun())).withheld?.reason).toMatch(/\(a reserved node for a year has no price here\)$/);
  });

  it('reckons with nothing that was not told for most of the time', () => {
    const judged = judgedRun(sizedRun());
    const series = judged.platform.series.map((each) => ({ ...each, values: each.values.map((value, i) => (i % 2 === 0 ? null : value)) }));
    expect(said({ ...judged, platform: { ...judged.platform, series } }, 'fargate:engine')).toEqual({ recommended: null, withheld: null });
  });

  it('is not content with three weeks', () => {
    expect(said(withHistory(21), 'elasticache:cache').withheld?.reason).toContain("one run can't say");
  });
});
