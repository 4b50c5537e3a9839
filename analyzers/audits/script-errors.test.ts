import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING, withClient } from '../../tests/judged.ts';
import { judge } from '../judge.ts';
import { total } from '../series.ts';

const run = syntheticRun({ durationS: 60 });
const iterations = total(run.client.iterations);
const throwing = (count: number) => withClient(run, { scriptErrors: { count, messages: ['TypeError: token is undefined'] } });

describe('script-errors', () => {
  it('has nothing to say of a script that never threw', () => {
    expect(findingsOf('script-errors', run)).toEqual([]);
  });

  it('warns below 1 % of the iterations and fails above, with the messages', () => {
    expect(findingsOf('script-errors', throwing(1))).toEqual([expect.objectContaining({ verdict: 'warn' })]);
    const [finding] = findingsOf('script-errors', throwing(Math.ceil(iterations / 20)));
    expect(finding).toMatchObject({ verdict: 'fail', severity: 'high' });
    expect(finding?.evidence).toContainEqual({ what: 'exception', value: 'TypeError: token is undefined' });
  });

  it('fails with code 107 where every iteration threw, though k6 ended with 0', () => {
    const report = judge(throwing(iterations));
    expect(report).toMatchObject({ verdict: 'fail', exitCode: 107 });
    expect(findingsOf('script-errors', throwing(iterations))).toEqual([expect.objectContaining({ severity: 'critical' })]);
  });

  it('takes exceptions without a single completed iteration for every iteration', () => {
    const none = withClient(throwing(3), { iterations: run.client.iterations.map(() => 0) });
    expect(judge(none).exitCode).toBe(107);
  });

  it('is inconclusive without the client', () => {
    expect(judge({ ...run, client: MISSING }).findings[0]?.evidence.map(({ what }) => what)).toContain(
      'Did the script run without exceptions?',
    );
  });
});
