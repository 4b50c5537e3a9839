import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';

const run = syntheticRun({ durationS: 60 });

describe('distinct-names', () => {
  it('has nothing to say within the cap', () => {
    expect(findingsOf('distinct-names', run)).toEqual([]);
  });

  it('warns of names beyond it, and shows how to name by route', () => {
    expect(findingsOf('distinct-names', withClient(run, { overflow: { names: 812, seriesLost: 0 } }))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringContaining('812 request names'),
        next: expect.stringContaining('/characters/:id'),
      }),
    ]);
  });
});
