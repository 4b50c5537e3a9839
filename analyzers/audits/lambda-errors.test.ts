import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'lambda-errors';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const failing = (share: number) =>
  withSeries(run, node, 'Errors', 'Sum', (requests) => (requests === 0 ? null : Math.ceil(share * requests)));

describe('lambda-errors', () => {
  it('has nothing to say where nothing failed, or there is no function', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('names the function and its log, and weighs by the share', () => {
    expect(findingsOf(id, failing(0.3))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        severity: 'high',
        title: expect.stringMatching(/invocations of lambda:character failed, of [\d,]+ \(30/),
        next: expect.stringContaining('/aws/lambda/character'),
      }),
    ]);
    expect(findingsOf(id, failing(0.001))).toEqual([expect.objectContaining({ verdict: 'pass', severity: 'low' })]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
