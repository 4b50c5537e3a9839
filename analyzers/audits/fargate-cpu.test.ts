import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withLimits, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'fargate-cpu';
const node = 'fargate:engine';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const using = (percent: number) => withSeries(run, node, 'CPUUtilization', 'Average', percent);

describe('fargate-cpu', () => {
  it('has nothing to say of a service with time to spare, of a short peak, and of no service', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(
      findingsOf(
        id,
        withSeries(run, node, 'CPUUtilization', 'Average', (_, timeS) => (timeS < run.client.startS + 20 ? 100 : 40)),
      ),
    ).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('says how many tasks it takes, and what size', () => {
    expect(findingsOf(id, using(90))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^fargate:engine used 90 % of its processor/),
        next: 'Run at least 3 tasks of fargate:engine for this load (there were 2), or give each task 1,024 CPU units (now 512).',
      }),
    ]);
    expect(findingsOf(id, withLimits(using(90), node, { tasksMax: 2 }))[0]?.next).toContain('maximum capacity of 3 (now 2)');
  });

  it('says which setting could not be read', () => {
    const uncounted = withSeries(
      withLimits(using(90), node, { tasksDesired: null, cpuUnits: null }),
      node,
      'RunningTaskCount',
      'Average',
      null,
    );
    expect(findingsOf(id, uncounted)[0]?.next).toContain('could not be read');
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, withSeries(run, node, 'CPUUtilization', 'Average', null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive' }),
    ]);
    expect(findingsOf('unanswered', withSilent(run, node))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
  });
});
