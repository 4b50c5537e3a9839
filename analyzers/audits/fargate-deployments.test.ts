import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'fargate-deployments';
const node = 'fargate:engine';
const run = withPlatform(syntheticRun({ durationS: 60 }));

describe('fargate-deployments', () => {
  it('has nothing to say of a service at rest, and of none', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns of a deployment within the window, and not of one before it', () => {
    const deployed = (fromS: number, toS: number) =>
      withSeries(run, node, 'DeploymentCount', 'Maximum', (_, timeS) =>
        timeS >= run.client.startS + fromS && timeS < run.client.startS + toS ? 2 : 1,
      );
    expect(findingsOf(id, deployed(30, 40))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringContaining('2 deployments at once'),
        effect: expect.stringContaining('the same version'),
      }),
    ]);
    expect(findingsOf(id, deployed(-40, -20))).toEqual([]);
  });

  it('is inconclusive where nobody counted, and where no period lies within the window', () => {
    expect(findingsOf(id, withSeries(run, node, 'DeploymentCount', 'Maximum', null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('turn Container Insights on') }),
    ]);
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
