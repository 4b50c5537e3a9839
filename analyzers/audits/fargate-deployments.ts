import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { highest, lowest, type Name, sinceAt } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

export const fargateDeployments: Audit<PlatformNeed> = {
  id: 'fargate-deployments',
  question: 'Was anything deployed while the run was judged?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('fargate-deployments', ['ecs'], inputs, ({ node }, stretch) => {
      const name: Name = [node, 'DeploymentCount', 'Maximum'];
      const most = highest(stretch, name);
      if (most === null) return { missing: `the deployments of ${node} were not counted: turn Container Insights on for its cluster` };
      // A service at rest has one deployment, the one that runs.
      if (most <= 1) return [];
      return {
        verdict: 'warn',
        severity: 'medium',
        title: `${node} was deployed while the run was judged: ${figure(most)} deployments at once`,
        why: 'Tasks of two versions served the run, some of them just started: its figures are of neither version.',
        evidence: [
          { what: 'DeploymentCount, most', value: most, limit: 1 },
          {
            what: 'tasks running, fewest',
            value: ifRead(
              () => lowest(stretch, [node, 'RunningTaskCount', 'Minimum']) ?? lowest(stretch, [node, 'RunningTaskCount', 'Average']),
            ),
          },
          ...began(inputs, sinceAt(stretch, name, 2)),
        ],
        effect: 'All requests of a run without one meet the same version, with all of its tasks.',
        next: 'Run again with no deployment under way. If players are to notice nothing of one, this is the run that shows whether they do.',
      };
    }),
};
