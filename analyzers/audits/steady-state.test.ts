import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withPlan } from '../../tests/judged.ts';

describe('steady-state', () => {
  it('has nothing to say of a run that settled', () => {
    expect(findingsOf('steady-state', syntheticRun({ durationS: 90 }))).toEqual([]);
  });

  it('is inconclusive for one that drifts, and says by how much and what to do', () => {
    const drifting = syntheticRun({ durationS: 120, latencyMs: 300, latencyFactor: (elapsedS) => 1 + elapsedS / 30 });
    expect(findingsOf('steady-state', drifting)).toEqual([
      expect.objectContaining({
        verdict: 'inconclusive',
        title: expect.stringMatching(/^No steady state: /),
        next: expect.stringContaining('at least 30 s'),
      }),
    ]);
  });

  it('is inconclusive for a run too short, or without a plateau', () => {
    expect(findingsOf('steady-state', syntheticRun({ durationS: 20 }))).toHaveLength(1);
    expect(findingsOf('steady-state', withPlan(syntheticRun({ durationS: 90 }), { plateau: null }))).toHaveLength(1);
  });
});
