import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING, withPlan, withSamples } from '../../tests/judged.ts';
import { judge } from '../judge.ts';

const run = syntheticRun({ durationS: 60 });

describe('generator-saturation', () => {
  it('has nothing to say of a generator with time to spare', () => {
    expect(findingsOf('generator-saturation', run)).toEqual([]);
  });

  it('is inconclusive for one at its end, with its figures and what to do', () => {
    const busy = withSamples(run, { engineCpuCores: 1.9 });
    const [finding] = findingsOf('generator-saturation', busy);
    expect(finding).toMatchObject({ verdict: 'inconclusive', title: expect.stringContaining('saturated') });
    expect(finding?.evidence[0]).toMatchObject({ value: 1.9, limit: 2, unit: 'cores' });
    expect(finding?.next).not.toContain('embedded');
    const embedded = withPlan(busy, { target: { ...run.plan.target, embedded: true } });
    expect(findingsOf('generator-saturation', embedded)[0]?.next).toContain('the embedded target shares this one');
  });

  it('does not ask for cores where arrivals found no free user', () => {
    const dropped = { ...run, client: { ...run.client, droppedIterations: run.client.droppedIterations.map(() => 1) } };
    const [finding] = findingsOf('generator-saturation', dropped);
    expect(finding).toMatchObject({ verdict: 'inconclusive', next: expect.stringContaining('maxVUs') });
    expect(`${finding?.why} ${finding?.next}`).not.toMatch(/processor|cores/);
  });

  it('is inconclusive where nothing could be read, or no sample was kept', () => {
    expect(findingsOf('generator-saturation', { ...run, generator: { samples: [] } })).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringMatching(/^Nobody knows/) }),
    ]);
    expect(findingsOf('generator-saturation', { ...run, generator: MISSING })).toHaveLength(1);
    expect(judge({ ...run, generator: MISSING })).toMatchObject({ verdict: 'inconclusive', generator: null });
  });
});
