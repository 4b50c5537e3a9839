import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'dynamodb-hot-partition';
const run = withPlatform(syntheticRun({ durationS: 60 }));

describe('dynamodb-hot-partition', () => {
  it("has nothing to say of throttles for want of the table's own capacity", () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withSeries(run, 'dynamodb:guilds', 'ReadThrottleEvents', 'Sum', 9))).toEqual([]);
  });

  it('names the key that has to be spread', () => {
    const hot = withSeries(run, 'dynamodb:characters/userId-index', 'ReadKeyRangeThroughputThrottleEvents', 'Sum', 9);
    expect(findingsOf(id, hot)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^A partition of dynamodb:characters\/userId-index is hot: \d+ reads/),
        next: expect.stringMatching(/^Spread the partition key of userId-index/),
      }),
    ]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
