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

  it('goes by what the service says of its deployments where nobody counted', () => {
    const uncounted = withSeries(run, node, 'DeploymentCount', 'Maximum', null);
    const described = (...deployments: { createdS: number; updatedS: number }[]) => ({
      ...uncounted,
      inventory: {
        ...uncounted.inventory,
        resources: uncounted.inventory.resources.map((each) => (each.node === node ? { ...each, deployments } : each)),
      },
    });
    const at = (createdS: number, updatedS: number) => ({
      createdS: run.client.startS + createdS,
      updatedS: run.client.startS + updatedS,
    });
    expect(findingsOf(id, described(at(-86_400, -86_000)))).toEqual([]);
    expect(findingsOf(id, described(at(30, 45), at(-86_400, 45)))).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringContaining('one began within it') }),
    ]);
    // One may have ended within the run, or was followed by another since: what was before it is not told.
    for (const untold of [at(-100, 30), at(3600, 3700)])
      expect(findingsOf(id, described(untold))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf(id, described())).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
  });

  it('is inconclusive where nobody counted, and where no period lies within the window', () => {
    expect(findingsOf(id, withSeries(run, node, 'DeploymentCount', 'Maximum', null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining('turn Container Insights on') }),
    ]);
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
