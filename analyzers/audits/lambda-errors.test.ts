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

  it('advises by what its errors go with: the timeout, the memory, or neither', () => {
    const adviceOn = (of: typeof run) => findingsOf(id, of)[0]?.next;
    const errors = failing(0.3);
    expect(adviceOn(withSeries(errors, node, 'Duration', 'Maximum', 29_980))).toMatch(
      /^Set the timeout of lambda:character to 60 s \(now 30\)/,
    );
    expect(adviceOn(withSeries(errors, node, 'memory_utilization', 'Maximum', 99))).toMatch(/^Give lambda:character 1,024 MB \(now 512\)/);
    expect(adviceOn(errors)).toMatch(/^Read the first .*timeout of 30 s is not why: the longest took 90 ms\.$/);
    expect(adviceOn(withSeries(errors, node, 'memory_utilization', 'Maximum', null))).toMatch(
      /nobody measured, give lambda:character 1,024 MB \(now 512\)\.$/,
    );
    expect(findingsOf(id, errors)[0]?.effect).toMatch(/^Up to [\d,]+ invocations of a window like this succeed/);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
