import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING } from '../../tests/judged.ts';
import { foundIn, type PlatformRun, traceAt, withHours, withPlatform, withSeries, withTraces } from '../../tests/platform.ts';
import { judge } from '../judge.ts';

const id = 'dynamodb-scans';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const scanning = (callS: number, every = 4) =>
  withTraces(
    run,
    Array.from({ length: 40 }, (_, i) =>
      traceAt(i, run.client.startS + 12 + i / 2, i % every === 0 ? { operation: 'Scan', callS } : { operation: 'Query', callS: 0.01 }),
    ),
  );

describe('dynamodb-scans', () => {
  it('has nothing to say where nothing is scanned, or nobody asked', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, foundIn(scanning(0.4), { traces: { notAsked: 'no traces' } }))).toEqual([]);
  });

  it('weighs scans by the time that they take', () => {
    expect(findingsOf(id, scanning(0.4))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^dynamodb:characters is scanned: 10 of 40 reads, which take 93 % of the time/),
        next: expect.stringContaining('global secondary index'),
      }),
    ]);
    expect(findingsOf(id, scanning(0.01, 20))).toEqual([expect.objectContaining({ verdict: 'pass', severity: 'low' })]);
  });

  it("goes by DynamoDB's own count where there is one", () => {
    const counted = ['Scan', 'Query'].reduce(
      (made, operation) =>
        withSeries(
          withSeries(made, 'dynamodb:guilds', `SuccessfulRequestLatency:${operation}`, 'SampleCount', 10),
          'dynamodb:guilds',
          `SuccessfulRequestLatency:${operation}`,
          'Average',
          operation === 'Scan' ? 90 : 10,
        ),
      run,
    );
    expect(findingsOf(id, counted)).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringMatching(/^dynamodb:guilds is scanned.* 90 % of the time/) }),
    ]);
  });

  it('is inconclusive where neither a count nor traces tell of a table that is read', () => {
    const questions = (of: PlatformRun) =>
      judge(foundIn(of, { traces: MISSING })).findings.flatMap(({ evidence }) => evidence.map(({ what }) => what));
    const written = ['dynamodb:characters', 'dynamodb:guilds'].reduce(
      (made, node) => withSeries(made, node, 'ConsumedReadCapacityUnits', 'Sum', 0),
      run,
    );
    expect(questions(run)).toContain('Are tables scanned where they could be queried?');
    expect(questions(written)).not.toContain('Are tables scanned where they could be queried?');
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
