import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient, withPlan } from '../../tests/judged.ts';

const run = syntheticRun({ users: 200, durationS: 90 });
const open = syntheticRun({ ratePerS: 50, durationS: 90 });

describe('offered-load', () => {
  it('has nothing to say where the planned load was offered', () => {
    expect(findingsOf('offered-load', run)).toEqual([]);
    expect(findingsOf('offered-load', open)).toEqual([]);
  });

  it('is inconclusive where there were fewer users than planned', () => {
    const users = run.client.users.map((value) => (value === null ? null : Math.round(value * 0.6)));
    expect(findingsOf('offered-load', withClient(run, { users }))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: 'Only 60 % of the planned load was offered' }),
    ]);
  });

  it('is inconclusive where arrivals were dropped', () => {
    const droppedIterations = open.client.droppedIterations.map(() => 10);
    expect(findingsOf('offered-load', withClient(open, { droppedIterations }))).toEqual([
      expect.objectContaining({ title: 'Only 80 % of the planned load was offered' }),
    ]);
  });

  it('takes the peak of a plan without a plateau', () => {
    expect(findingsOf('offered-load', withPlan(run, { plateau: null }))).toEqual([]);
  });

  it('is inconclusive where nobody counted users', () => {
    expect(findingsOf('offered-load', withClient(run, { users: run.client.users.map(() => null) }))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: 'How much load was offered is not known' }),
    ]);
  });
});
