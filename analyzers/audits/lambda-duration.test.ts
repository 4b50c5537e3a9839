import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withLimits, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'lambda-duration';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const lasting = (maximumMs: number, p95Ms = 50) =>
  withSeries(withSeries(run, node, 'Duration', 'Maximum', maximumMs), node, 'Duration', 'p95', p95Ms);

describe('lambda-duration', () => {
  it('has nothing to say of quick functions, of a slow moment, and of none', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, lasting(27_000))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('tells a timeout that was reached from one that is near', () => {
    expect(findingsOf(id, lasting(30_000))).toEqual([
      expect.objectContaining({ verdict: 'warn', severity: 'high', title: 'Invocations of lambda:character ran into its timeout of 30 s' }),
    ]);
    expect(findingsOf(id, lasting(28_000, 25_000))).toEqual([
      expect.objectContaining({
        severity: 'medium',
        title: expect.stringContaining('83.3 %'),
        next: expect.stringContaining('above 32 s'),
      }),
    ]);
  });

  it('asks for the timeout only where it would matter', () => {
    expect(findingsOf(id, withLimits(run, node, { timeoutS: null }))).toEqual([]);
    expect(findingsOf(id, withLimits(lasting(5000), node, { timeoutS: null }))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('lambda:GetFunctionConfiguration') }),
    ]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
