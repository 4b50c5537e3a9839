import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';
import type { ExactSummary } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
function withChecks(checks: ExactSummary['checks']) {
  const { exact } = run.client;
  if (!exact) throw new Error('the run has exact values');
  return findingsOf('checks', withClient(run, { exact: { ...exact, checks } }));
}

describe('checks', () => {
  it('has nothing to say where all held, or there are none', () => {
    expect(findingsOf('checks', run)).toEqual([]);
    expect(withChecks([])).toEqual([]);
  });

  it('warns of those that did not, the worst first, with its share', () => {
    const [finding] = withChecks([
      { name: 'has a name', passes: 99, fails: 1 },
      { name: 'has gold', passes: 75, fails: 25 },
    ]);
    expect(finding).toMatchObject({ verdict: 'warn', title: '2 checks did not hold, worst "has gold" (25 % of the time)' });
    expect(finding?.evidence[0]).toEqual({ what: '"has gold" failed, of 100', value: 25 });
  });
});
