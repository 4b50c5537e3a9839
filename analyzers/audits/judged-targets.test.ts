import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient, withPlan } from '../../tests/judged.ts';
import type { Plan } from '../contract.ts';
import { judge } from '../judge.ts';

const few = syntheticRun({ users: 10, thinkTimeS: 5, durationS: 60 });

/** Without thresholds that only k6 judges, so that the plan's limits are all there is. */
const withLimits = (limits: Plan['limits']) =>
  withClient(withPlan(few, { limits }), { exact: { latencyMs: null, requests: null, failedRate: null, thresholds: [], checks: [] } });

describe('judged-targets', () => {
  it('has nothing to say where a target counts', () => {
    expect(findingsOf('judged-targets', syntheticRun({ durationS: 60 }))).toEqual([]);
    expect(findingsOf('judged-targets', withLimits([{ id: 'error-rate', limit: 0.01 }]))).toEqual([]);
  });

  it('is inconclusive without targets: nothing to hold a run to is no pass', () => {
    expect(findingsOf('judged-targets', withLimits([]))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: 'The run has no targets' }),
    ]);
    expect(judge(withLimits([]))).toMatchObject({ verdict: 'inconclusive', exitCode: 80, targets: [] });
  });

  it('is inconclusive where all targets are skipped', () => {
    expect(findingsOf('judged-targets', withLimits([{ id: 'throughput', limit: 150 }]))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: 'Every target was out of reach of this plan' }),
    ]);
  });
});
