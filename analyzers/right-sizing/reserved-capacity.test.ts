import { describe, expect, it } from 'vitest';
import type { PlatformRun } from '../../tests/platform.ts';
import { judgedRun, saidOf, sizedRun } from '../../tests/right-sizing.ts';
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

describe('reserved-capacity', () => {
  it('names what was there all the time, and that one run can not show a month', () => {
    const run = judgedRun(sizedRun());
    expect(said(run, 'dynamodb:guilds').withheld).toMatchObject({
      reason: expect.stringMatching(
        /^200 RCU and 100 WCU: never less within the window \(\d+ s\), and one run can't say what a month has$/,
      ),
      settledBy: expect.stringContaining('Metrics of 28 days'),
    });
    expect(said(run, 'fargate:engine').withheld?.reason).toContain('2 tasks (0.117 USD an hour on demand)');
    expect(said(run, 'elasticache:cache').withheld?.reason).toContain('1 cache.t3.micro');
    expect(said(run, 'lambda').withheld?.reason).toMatch(/^6\.\d+ GB-s a second \(0\.4\d+ USD an hour on demand\)/);
    expect(said(run, 'dynamodb:characters')).toEqual({ recommended: null, withheld: null });
  });

  it('takes the least of a month of metrics, without a saving that no list has', () => {
    const least = { 'dynamodb:guilds ProvisionedReadCapacityUnits': 20, 'fargate:engine RunningTaskCount': 1 };
    // Its units come first.
    expect(said(withHistory(30, least), 'dynamodb:guilds').withheld?.to).toBe('20 RCU and 100 WCU');
    expect(said(withHistory(30, least), 'fargate:engine').withheld).toMatchObject({
      to: '1 task (0.0583 USD an hour on demand)',
      reason: expect.stringContaining('another change of it comes first (tasks)'),
    });
    const sizes = rightSizing(withHistory(30, least));
    const reserved = sizes.recommendations.filter(({ rule }) => rule === 'reserved-capacity');
    expect(reserved.find(({ node }) => node === 'elasticache:cache')).toMatchObject({
      to: '1 cache.t3.micro',
      savingPerMonth: null,
      unpriced: 'a reserved node has no price here',
      risk: { level: 'high' },
    });
    expect(reserved.every(({ effects }) => effects.every(({ effect }) => effect === 'none'))).toBe(true);
    expect(sizes.withheld.some(({ rule, reason }) => rule === 'reserved-capacity' && reason.includes('one run'))).toBe(false);
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
