import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withLimits, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';
import { judge } from '../judge.ts';

const id = 'dynamodb-throttles';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const throttled = (node: string, events = 50) => withSeries(run, node, 'ReadThrottleEvents', 'Sum', events);

describe('dynamodb-throttles', () => {
  it('has nothing to say where nothing was throttled, nothing was read, or there is no table', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withSilent(run, 'dynamodb:guilds'))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, 'dynamodb:guilds'))).toEqual([]);
  });

  it('says what to provision', () => {
    const [finding] = findingsOf(id, withSeries(throttled('dynamodb:guilds'), 'dynamodb:guilds', 'ConsumedReadCapacityUnits', 'Sum', 1000));
    expect(finding).toMatchObject({
      verdict: 'warn',
      title: expect.stringMatching(/^dynamodb:guilds throttled \d+ reads at 200 provisioned RCU$/),
    });
    // 200 units/s served and 10 a second refused, at 70 %.
    expect(finding?.next).toContain('Provision 300 read units for dynamodb:guilds (now 200)');
  });

  it('advises on reads and writes where both were throttled', () => {
    const both = withSeries(throttled('dynamodb:guilds'), 'dynamodb:guilds', 'WriteThrottleEvents', 'Sum', 50);
    const [first] = judge(both).bottlenecks;
    expect(first?.recommendation).toMatch(/read units for dynamodb:guilds \(now 200\).*write units for dynamodb:guilds \(now 100\)/);
  });

  it('tells an index from its table, and writes from reads', () => {
    const index = withSeries(run, 'dynamodb:characters/userId-index', 'WriteThrottleEvents', 'Sum', 5);
    expect(findingsOf(id, index)).toEqual([
      expect.objectContaining({
        title: expect.stringMatching(/^dynamodb:characters\/userId-index throttled \d+ writes$/),
        next: expect.stringContaining('on-demand write throughput'),
      }),
    ]);
  });

  it('leaves a hot partition to its own audit', () => {
    expect(
      findingsOf(id, withSeries(throttled('dynamodb:guilds'), 'dynamodb:guilds', 'ReadKeyRangeThroughputThrottleEvents', 'Sum', 50)),
    ).toEqual([]);
  });

  it('says which setting could not be read', () => {
    expect(findingsOf(id, withLimits(throttled('dynamodb:guilds'), 'dynamodb:guilds', { billing: null }))[0]?.next).toContain(
      'dynamodb:DescribeTable',
    );
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
