import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { type PlatformRun, withLimits, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'fargate-scaling';
const node = 'fargate:engine';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const { startS } = run.client;
const counts = (of: PlatformRun, desired: number | null, running: number | null) =>
  withSeries(withSeries(of, node, 'DesiredTaskCount', 'Average', desired), node, 'RunningTaskCount', 'Average', running);
const busy = withSeries(run, node, 'CPUUtilization', 'Average', 95);

describe('fargate-scaling', () => {
  it('has nothing to say of a service that is not busy, and of none', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, counts(run, null, null))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns where tasks that were asked for did not run', () => {
    expect(findingsOf(id, counts(busy, 6, 1))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^fargate:engine lacked up to 5 of 6 tasks for \d+ s \(100 % of the window\)/),
        next: expect.stringContaining('minimum capacity of fargate:engine to 6 (now 2)'),
      }),
    ]);
  });

  it('warns at the maximum, and where nothing scales', () => {
    expect(findingsOf(id, counts(busy, 6, 6))).toEqual([
      expect.objectContaining({ title: 'fargate:engine is at its maximum of 6 tasks, and busy', next: expect.stringContaining('above 6') }),
    ]);
    expect(findingsOf(id, busy)).toEqual([expect.objectContaining({ title: expect.stringContaining('does not scale') })]);
    expect(findingsOf(id, withLimits(busy, node, { tasksMax: null }))[0]?.next).toContain('DescribeScalingPolicies');
  });

  it('leaves a service alone that grew in time', () => {
    const grown = (_: number, timeS: number) => (timeS < startS + 20 ? 2 : 4);
    const growing = withSeries(withSeries(busy, node, 'DesiredTaskCount', 'Average', grown), node, 'RunningTaskCount', 'Average', grown);
    expect(findingsOf(id, growing)).toEqual([]);
  });

  it('is inconclusive where a busy service did not count its tasks', () => {
    expect(findingsOf(id, counts(busy, null, null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('Container Insights') }),
    ]);
  });
});
