import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { type PlatformRun, withHours, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'dynamodb-latency';
const node = 'dynamodb:guilds';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const taking = (ms: number | ((requests: number, timeS: number) => number), operation = 'Query', calls = 50, of: PlatformRun = run) =>
  withSeries(
    withSeries(of, node, `SuccessfulRequestLatency:${operation}`, 'p50', ms),
    node,
    `SuccessfulRequestLatency:${operation}`,
    'SampleCount',
    calls,
  );

describe('dynamodb-latency', () => {
  it('has nothing to say of quick tables, of scans, and of few calls', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, taking(40))).toEqual([]);
    expect(findingsOf(id, taking(900, 'Scan'))).toEqual([]);
    expect(findingsOf(id, taking(900, 'Query', 1))).toEqual([]);
  });

  it('takes a stall for something else', () => {
    expect(
      findingsOf(
        id,
        taking((_, timeS) => (timeS < run.client.startS + 20 ? 900 : 3)),
      ),
    ).toEqual([]);
  });

  it('names the table, the operation, and its mean', () => {
    expect(findingsOf(id, taking(300))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^dynamodb:guilds takes 300 ms or more for half of its Query calls/),
        next: expect.stringContaining('cache'),
      }),
    ]);
  });

  it('advises otherwise on large reads', () => {
    const large = withSeries(taking(300), node, 'ConsumedReadCapacityUnits', 'Sum', 2000);
    expect(findingsOf(id, withSeries(large, node, 'SuccessfulRequestLatency', 'SampleCount', 50))[0]?.next).toContain(
      'Read less of dynamodb:guilds: a call takes 40 units',
    );
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
