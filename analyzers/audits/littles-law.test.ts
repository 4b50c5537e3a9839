import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'littles-law';
const node = 'lambda:character';
const run = withPlatform(syntheticRun({ durationS: 60 }));

describe('littles-law', () => {
  it('has nothing to say where all agree, whatever the load', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withPlatform(syntheticRun({ durationS: 60, ratePerS: 150, latencyMs: 2000 })))).toEqual([]);
    expect(findingsOf(id, withPlatform(syntheticRun({ durationS: 60, thinkTimeS: 1, latencyMs: 500 })))).toEqual([]);
  });

  it('tells a function that cannot have run so little', () => {
    // About 200 invocations/s of 0.5 s keep 100 busy, and Lambda says 7.
    expect(findingsOf(id, withSeries(run, node, 'Duration', 'Average', 500))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^The metrics of lambda:character contradict each other/),
        effect: expect.stringContaining('concurrency'),
      }),
    ]);
  });

  it('tells users who make several requests at once', () => {
    const users = run.client.users.map((each) => (each === null ? null : 2));
    const parallel = { ...run, client: { ...run.client, users } };
    expect(findingsOf(id, parallel)).toEqual([
      expect.objectContaining({ title: expect.stringContaining('each makes several at once'), effect: expect.any(String) }),
    ]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
