import { describe, expect, it } from 'vitest';
import { type PlatformRun, withLimits, withSeries } from '../../tests/platform.ts';
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
      /^6\.\d+ GB-s a second on x86_64: .* at 0\.3\d+ USD an hour instead of 0\.4\d+ USD an hour\)$/,
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

  it('buys nothing for a year of which the price is not known', () => {
    const prices = PRICE_LISTS.map(({ discounts: _, ...list }) => list);
    const of = (judged: ReturnType<typeof judgedRun>, node: string) => saidOf(rightSizing(judged, { prices }), 'reserved-capacity', node);
    expect(of(withHistory(30), 'elasticache:cache')).toMatchObject({
      recommended: null,
      withheld: {
        reason: '1 cache.t3.micro: it was never less in 30 days, and a reserved node for a year has no price here',
        settledBy: expect.stringContaining('`loadkit cost prices --refresh`'),
      },
    });
    // 30 units in the place of the hundred that there are to buy would cost more than by the hour.
    expect(of(withHistory(30, {}, unitsOf(unitsOf(sizedRun(), 'Read', 30), 'Write', 40)), 'dynamodb').recommended).toBeNull();
    const unread = withHistory(30, {}, withLimits(sizedRun(), 'fargate:engine', { arch: null }));
    expect(said(unread, 'fargate:engine').withheld?.reason).toMatch(/^2 tasks on an unknown architecture: .* has no price here$/);
    expect(of(judgedRun(sizedRun()), 'elasticache:cache').withheld?.reason).toMatch(/ \(a reserved node for a year has no price here\)$/);
  });

  it('plans for the functions of each architecture, whatever is known of the others', () => {
    const judged = withHistory(30);
    const [first = expect.fail()] = judged.inventory.resources.filter(({ kind }) => kind === 'lambda');
    const others = (['arm64', null] as const).map((arch) => ({ ...first, node: `lambda:${arch}`, limits: { ...first.limits, arch } }));
    const inventory = { ...judged.inventory, resources: [...judged.inventory.resources, ...others] };
    const plans = (run: ReturnType<typeof judgedRun>) => {
      const { recommendations, withheld } = rightSizing(run);
      const isPlan = (each: { rule: string; node: string }): boolean => each.rule === 'reserved-capacity' && each.node === 'lambda';
      return { recommended: recommendations.filter(isPlan), withheld: withheld.filter(isPlan) };
    };
    const alone = plans(judged).recommended;
    expect(alone).toMatchObject([{ to: expect.stringMatching(/^0\.00\d+ GB-s a second on x86_64 for a year/) }]);
    expect(plans({ ...judged, inventory })).toEqual({ recommended: alone, withheld: [] });
    const used = judged.platform.series.filter(({ node }) => node === first.node);
    const series = [...judged.platform.series, ...others.flatMap(({ node }) => used.map((each) => ({ ...each, node })))];
    const busy = plans({ ...judged, inventory, platform: { ...judged.platform, series } });
    expect(busy.recommended).toEqual(alone);
    expect(busy.withheld.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/ GB-s a second on arm64: .* a Compute Savings Plan for a year has no price here$/),
      expect.stringMatching(/ GB-s a second on an unknown architecture: .* has no price here$/),
    ]);
  });

  it('reserves nothing for a table that is on demand now', () => {
    const run = withHistory(30, {}, unitsOf(sizedRun(), 'Write', 100));
    const idle = run.platform.series.map((each) =>
      each.metric.startsWith('Consumed') ? { ...each, values: each.values.map(() => 1) } : each,
    );
    const onDemand = run.inventory.resources.map((each) =>
      each.node === 'dynamodb:guilds' ? { ...each, limits: { ...each.limits, billing: 'on-demand' as const } } : each,
    );
    const now = { ...run, platform: { ...run.platform, series: idle }, inventory: { ...run.inventory, resources: onDemand } };
    expect(said(now, 'dynamodb')).toEqual({ recommended: null, withheld: null });
  });

  it('takes capacity that is told every five minutes, as DynamoDB does', () => {
    const judged = judgedRun(sizedRun());
    const { platform } = judged;
    const told = (everyS: number) =>
      platform.series.map((each) =>
        each.metric.startsWith('Provisioned')
          ? { ...each, values: each.values.map((value, i) => ((platform.times[i] ?? 0) % everyS === 0 ? value : null)) }
          : each,
      );
    // As long as the window is, there is one datapoint in it.
    const of = (everyS: number) => said({ ...judged, platform: { ...platform, series: told(everyS) } }, 'dynamodb').withheld?.reason;
    expect(of(60)).toMatch(/^200 RCU and 100 WCU: never less within the window/);
  });

  it('answers for the others where a metric of one could not be read', () => {
    const judged = judgedRun(sizedRun());
    const gaps = ['lambda:character Duration', 'dynamodb:guilds ProvisionedReadCapacityUnits'].map((series) => {
      const [node = '', metric = ''] = series.split(' ');
      return { source: 'cloudwatch' as const, reason: `no ${metric}`, next: 'allow it', series: [{ node, metric }] };
    });
    const run = { ...judged, inventory: { ...judged.inventory, gaps } };
    expect(said(run, 'elasticache:cache').withheld?.reason).toContain('1 cache.t3.micro');
    expect(said(run, 'lambda').withheld?.reason).toBe('no Duration');
    expect(said(run, 'dynamodb').withheld?.reason).toBe('no ProvisionedReadCapacityUnits');
  });

  it('reckons with nothing that was not told for most of the time', () => {
    const judged = judgedRun(sizedRun());
    const series = judged.platform.series.map((each) => ({ ...each, values: each.values.map((value, i) => (i % 2 === 0 ? null : value)) }));
    expect(said({ ...judged, platform: { ...judged.platform, series } }, 'fargate:engine')).toEqual({ recommended: null, withheld: null });
  });

  it('takes as many days that were told without their nights for no month', () => {
    const judged = withHistory(60);
    const isDay = judged.platform.times.map((timeS, i) => timeS % 86_400 < 43_200 || i === judged.platform.times.length - 1);
    const times = judged.platform.times.filter((_, i) => isDay[i]);
    const series = judged.platform.series.map((each) => ({ ...each, values: each.values.filter((_, i) => isDay[i]) }));
    expect(times.length).toBeGreaterThan(28 * 24);
    const days = { ...judged, platform: { ...judged.platform, times, series } };
    expect(said(days, 'elasticache:cache').withheld?.reason).toContain("one run can't say");
  });

  it('is not content with three weeks', () => {
    expect(said(withHistory(21), 'elasticache:cache').withheld?.reason).toContain("one run can't say");
  });
});
