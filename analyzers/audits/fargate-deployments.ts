import type { Audit, Evidence, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, type Said } from '../platform-audit.ts';
import { highest, lowest, type Name, type Stretch, sinceAt } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

export const fargateDeployments: Audit<PlatformNeed> = {
  id: 'fargate-deployments',
  question: 'Was anything deployed while the run was judged?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('fargate-deployments', ['ecs'], inputs, (resource, stretch) => ofService(resource, stretch, inputs)),
};

function ofService(resource: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const { node } = resource;
  const name: Name = [node, 'DeploymentCount', 'Maximum'];
  const most = highest(stretch, name);
  if (most === null) return asDescribed(resource, stretch, inputs);
  // A service at rest has one deployment, the one that runs.
  if (most <= 1) return [];
  return deployed(node, `${figure(most)} deployments at once`, stretch, [
    { what: 'DeploymentCount, most', value: most, limit: 1 },
    ...began(inputs, sinceAt(stretch, name, 2)),
  ]);
}

/** Where nobody counted (Container Insights is off), by what the service said of its deployments afterwards: of those that were replaced since, nothing. */
function asDescribed({ node, deployments = [] }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const { file, periods } = stretch;
  const [fromS = 0, lastS = 0] = [file.times[periods[0] ?? 0], file.times[periods.at(-1) ?? 0]];
  const within = deployments.find(({ createdS }) => createdS >= fromS && createdS < lastS + file.periodS);
  if (within !== undefined) return deployed(node, 'one began within it', stretch, began(inputs, within.createdS));
  if (deployments.length > 0 && deployments.every(({ updatedS }) => updatedS <= fromS)) return [];
  return { missing: `the deployments of ${node} were not counted: turn Container Insights on for its cluster` };
}

function deployed(node: string, what: string, stretch: Stretch, evidence: Evidence[]): Said {
  return {
    verdict: 'warn',
    severity: 'medium',
    title: `${node} was deployed while the run was judged: ${what}`,
    why: 'Tasks of two versions served the run, some of them just started: its figures are of neither version.',
    evidence: [
      ...evidence,
      {
        what: 'tasks running, fewest',
        value: ifRead(
          () => lowest(stretch, [node, 'RunningTaskCount', 'Minimum']) ?? lowest(stretch, [node, 'RunningTaskCount', 'Average']),
        ),
      },
    ],
    effect: 'All requests of a run without one meet the same version, with all of its tasks.',
    next: 'Run again with no deployment under way. If players are to notice nothing of one, this is the run that shows whether they do.',
  };
}
