import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withLimits, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';
import type { ResourceLimits } from '../contract.ts';

const id = 'lambda-concurrency';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const busy = (executions: number) => withSeries(run, node, 'ConcurrentExecutions', 'Maximum', executions);

describe('lambda-concurrency', () => {
  it('has nothing to say far from the limit, of an unknown one, and of no function', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withLimits(busy(79), node, { reservedConcurrency: 100 }))).toEqual([]);
    expect(findingsOf(id, withLimits(busy(500), node, { accountConcurrency: null }))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns near to the reserved concurrency, and leaves throttles to their own audit', () => {
    const near = withLimits(busy(90), node, { reservedConcurrency: 100 });
    expect(findingsOf(id, near)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: 'lambda:character ran 90 executions at once, 90 % of its reserved concurrency of 100',
        next: expect.stringContaining('to 114 or more'),
      }),
    ]);
    expect(findingsOf(id, withSeries(near, node, 'Throttles', 'Sum', 3))).toEqual([]);
  });

  it('warns where functions without a reservation come near to what the account has left', () => {
    expect(findingsOf(id, busy(850))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        severity: 'high',
        title: expect.stringMatching(/850 executions at once, 85 % of the 1,000/),
      }),
    ]);
  });

  it('is inconclusive where a limit could not be read that may have been near', () => {
    const { reservedConcurrency, ...unreserved } = { reservedConcurrency: null, accountConcurrency: 10_000 };
    const limitsOf = (limits: ResourceLimits, executions: number) => {
      const resources = run.inventory.resources.map((each) => (each.node === node ? { ...each, limits } : each));
      return findingsOf(id, { ...busy(executions), inventory: { ...run.inventory, resources } });
    };
    const unknown = (action: string) => [expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining(action) })];
    expect(limitsOf(unreserved, 1000)).toEqual(unknown('lambda:GetFunctionConcurrency'));
    expect(limitsOf({ reservedConcurrency }, 1000)).toEqual(unknown('lambda:GetAccountSettings'));
    expect(limitsOf({}, 1000)).toEqual(unknown('lambda:GetAccountSettings'));
    expect(limitsOf({}, 100)).toEqual([]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))[0]?.evidence.map(({ what }) => what)).toContain(
      'How near did concurrent executions come to their limit?',
    );
  });
});
