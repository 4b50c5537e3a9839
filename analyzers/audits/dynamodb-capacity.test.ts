import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withLimits, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'dynamodb-capacity';
const node = 'dynamodb:guilds';
const run = withPlatform(syntheticRun({ durationS: 60 }));
/** In a period of 5 s, of 200 units/s. */
const consuming = (unitsPerS: number) => withSeries(run, node, 'ConsumedReadCapacityUnits', 'Sum', 5 * unitsPerS);

describe('dynamodb-capacity', () => {
  it('has nothing to say where there is room, on demand, and of what throttles', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, consuming(159))).toEqual([]);
    expect(findingsOf(id, withLimits(consuming(500), node, { billing: 'on-demand' }))).toEqual([]);
    expect(findingsOf(id, withSeries(consuming(500), node, 'ReadThrottleEvents', 'Sum', 1))).toEqual([]);
  });

  it('warns near to the limit, and of a table that lives on its credit', () => {
    expect(findingsOf(id, consuming(180))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        severity: 'medium',
        title: 'dynamodb:guilds consumed 180 RCU/s, 90 % of 200 provisioned',
        next: expect.stringContaining('Provision 258 RCU'),
      }),
    ]);
    expect(findingsOf(id, consuming(300))).toEqual([expect.objectContaining({ severity: 'high', why: expect.stringContaining('credit') })]);
  });

  it('is inconclusive where the limits could not be read and something is consumed', () => {
    const unread = (unitsPerS: number) => {
      const untold = withSeries(consuming(unitsPerS), node, 'ProvisionedReadCapacityUnits', 'Average', null);
      return findingsOf(id, withLimits(untold, node, { billing: null, readUnits: null }));
    };
    expect(unread(1000)).toEqual([
      expect.objectContaining({
        verdict: 'inconclusive',
        title: expect.stringMatching(/dynamodb:guilds could not be read \(dynamodb:DescribeTable\), and it consumed 1,000 read units\/s$/),
      }),
    ]);
    expect(unread(1)).toEqual([]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
