import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'dynamodb-retries';
const node = 'dynamodb:guilds';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const attempts = (metric: string, count: number) =>
  withSeries(withSeries(run, node, 'SuccessfulRequestLatency', 'SampleCount', 100), node, metric, 'Sum', count);

describe('dynamodb-retries', () => {
  it('has nothing to say of few, and where nothing was served', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, attempts('ThrottledRequests', 2))).toEqual([]);
    expect(findingsOf(id, withSeries(run, node, 'ThrottledRequests', 'Sum', 50))).toEqual([]);
  });

  it("tells refusals from DynamoDB's own errors", () => {
    expect(findingsOf(id, attempts('ThrottledRequests', 25))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^20 % of the calls of dynamodb:guilds/),
        next: expect.stringContaining('adaptive'),
      }),
    ]);
    expect(findingsOf(id, attempts('SystemErrors', 25))[0]?.next).toContain('Health Dashboard');
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
