import type { Audit, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { highest, mean, type Name, type Stretch, shareAt, sinceAt } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** Beyond it queues grow steeply: at 80 % an M/M/1 queue takes five times its service time (Kleinrock 1975). */
const BUSY_PERCENT = 80;
/** Of the periods. A peak of one is what scaling is for. Guess: tune. */
const SHARE_MIN = 0.5;
/** What target tracking is commonly set to. Guess: tune. */
const TARGET_PERCENT = 70;

export const fargateCpu: Audit<PlatformNeed> = {
  id: 'fargate-cpu',
  question: 'Do the tasks of a service have enough processor?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('fargate-cpu', ['ecs'], inputs, (resource, stretch) => ofService(resource, stretch, inputs)),
};

function ofService({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const name: Name = [node, 'CPUUtilization', 'Average'];
  const [use, share] = [mean(stretch, name), shareAt(stretch, name, BUSY_PERCENT)];
  if (use === null || share === null) return { missing: `CloudWatch has no CPUUtilization of ${node} within the window` };
  if (share < SHARE_MIN) return [];
  const since = sinceAt(stretch, name, BUSY_PERCENT);
  const running = ifRead(() => mean(stretch, [node, 'RunningTaskCount', 'Average'])) ?? limits.tasksDesired ?? null;
  const needed = running === null ? null : tasksFor(stretch, node, running);
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} used ${figure(use)} % of its processor in the mean, and ${figure(BUSY_PERCENT)} % or more in ${percent(share)} of the window`,
    limiter: { node, resource: 'cpu', harm: 'waits', since },
    why: 'A task that is always busy makes each request wait for those before it. At 100 % it is not known how much more it would need.',
    evidence: [
      { what: 'CPUUtilization, mean', value: use, limit: BUSY_PERCENT, unit: '%' },
      { what: 'CPUUtilization of the busiest task', value: highest(stretch, [node, 'CPUUtilization', 'Maximum']), limit: 100, unit: '%' },
      { what: 'running tasks, mean', value: running },
      { what: 'processor of a task', value: limits.cpuUnits ?? null, unit: 'CPU units' },
      ...began(inputs, since),
    ],
    next: adviceOn(node, limits, running, needed),
    effect: `Use falls towards ${figure(TARGET_PERCENT)} %, and waiting in the tasks all but ends.`,
  };
}

/** Tasks that would bring the busiest period to the target; as many as scaling asked for, where that was more. Full tasks may need more than they show. */
function tasksFor(stretch: Stretch, node: string, running: number): number {
  const most = highest(stretch, [node, 'CPUUtilization', 'Average']) ?? 0;
  const desired = ifRead(() => highest(stretch, [node, 'DesiredTaskCount', 'Average'])) ?? 0;
  return Math.max(Math.ceil((running * most) / TARGET_PERCENT), Math.ceil(running) + 1, Math.ceil(desired));
}

function adviceOn(node: string, { cpuUnits, tasksMax }: Resource['limits'], running: number | null, needed: number | null): string {
  const size =
    typeof cpuUnits === 'number'
      ? `give each task ${figure(2 * cpuUnits)} CPU units (now ${figure(cpuUnits)})`
      : 'give each task more CPU units';
  if (running === null || needed === null) {
    return `Run more tasks of ${node}, or ${size}. How many tasks ran could not be read (ecs:DescribeServices, Container Insights).`;
  }
  const max =
    typeof tasksMax === 'number' && needed > tasksMax ? `, with a maximum capacity of ${figure(needed)} (now ${figure(tasksMax)})` : '';
  return `Run at least ${figure(needed)} tasks of ${node} for this load (there were ${figure(running)})${max}, or ${size}.`;
}
