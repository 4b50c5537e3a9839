import type { Audit, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { highest, lowest, mean, type Name, type Stretch, samples, shareAt, sinceAt } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** As in fargate-cpu. */
const BUSY_PERCENT = 80;
/** Share of the window without the tasks that were asked for, or in need of more, that is worth a warning. Guess: tune. */
const SHARE_MIN = 0.2;

export const fargateScaling: Audit<PlatformNeed> = {
  id: 'fargate-scaling',
  question: 'Did the service scale in time?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('fargate-scaling', ['ecs'], inputs, (resource, stretch) => ofService(resource, stretch, inputs)),
};

function ofService(resource: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const { node } = resource;
  const busy = shareAt(stretch, [node, 'CPUUtilization', 'Average'], BUSY_PERCENT);
  const desired = highest(stretch, [node, 'DesiredTaskCount', 'Average']);
  const running = mean(stretch, [node, 'RunningTaskCount', 'Average']);
  if (desired === null || running === null) {
    // A service that is not busy needs no scaling, whether or not its tasks were counted.
    if (busy !== null && busy < SHARE_MIN) return [];
    return { missing: `the task counts of ${node} are not known: turn Container Insights on for its cluster` };
  }
  const lacking = lackOf(node, stretch);
  if (lacking.share >= SHARE_MIN) return late(resource, stretch, inputs, lacking);
  if (busy === null || busy < SHARE_MIN) return [];
  return stuck(resource, stretch, inputs, { desired, busy });
}

interface Lack {
  /** Of the periods. */
  share: number;
  /** Tasks, in the worst period. */
  most: number;
  seconds: number;
}

/** Periods in which fewer tasks ran than were desired. */
function lackOf(node: string, stretch: Stretch): Lack {
  const running = new Map(samples(stretch, [node, 'RunningTaskCount', 'Average']).map(({ timeS, value }) => [timeS, value]));
  const lacks = samples(stretch, [node, 'DesiredTaskCount', 'Average']).flatMap(({ timeS, value }) => {
    const there = running.get(timeS);
    return there === undefined ? [] : [value - there];
  });
  const short = lacks.filter((lack) => lack >= 1);
  return {
    share: lacks.length === 0 ? 0 : short.length / lacks.length,
    most: Math.max(0, ...short),
    seconds: short.length * stretch.file.periodS,
  };
}

function late({ node, limits }: Resource, stretch: Stretch, inputs: PlatformInputs, { share, most, seconds }: Lack): Answer {
  const desired = highest(stretch, [node, 'DesiredTaskCount', 'Average']) ?? 0;
  const pending: Name = [node, 'PendingTaskCount', 'Maximum'];
  const since = ifRead(() => sinceAt(stretch, pending, 1));
  const min = limits.tasksMin ?? null;
  return {
    verdict: 'warn',
    severity: 'high',
    title: `${node} lacked up to ${figure(most)} of ${figure(desired)} tasks for ${figure(seconds)} s (${percent(share)} of the window): it scales too late`,
    limiter: { node, resource: 'scaling', harm: 'waits', since },
    why: 'Target tracking waits for minutes of high use, and a new task for its image, its network and its health check. What comes in between waits or fails.',
    evidence: [
      { what: 'tasks desired, most', value: desired },
      { what: 'tasks running, fewest', value: lowest(stretch, [node, 'RunningTaskCount', 'Average']) },
      { what: 'tasks pending, most', value: ifRead(() => highest(stretch, pending)) },
      { what: 'time with fewer than desired', value: seconds, limit: 0, unit: 's' },
      { what: 'CPUUtilization, mean', value: mean(stretch, [node, 'CPUUtilization', 'Average']), unit: '%' },
      ...began(inputs, since),
    ],
    next: `Set the minimum capacity of ${node} to ${figure(Math.ceil(desired))}${min === null ? '' : ` (now ${figure(min)})`} for this load, or schedule it ahead of the rush. Make tasks start sooner: a smaller image (or SOCI), a shorter health-check grace period and interval, a lower target value.`,
    effect: `The load meets ${figure(Math.ceil(desired))} tasks at once: no wait of ${figure(seconds)} s.`,
  };
}

/** Busy, and nobody asks for more. */
function stuck(
  { node, limits }: Resource,
  stretch: Stretch,
  inputs: PlatformInputs,
  { desired, busy }: { desired: number; busy: number },
): Answer {
  const max = limits.tasksMax ?? null;
  const use = mean(stretch, [node, 'CPUUtilization', 'Average']);
  const atMax = max !== null && desired >= max;
  const grew = desired > (lowest(stretch, [node, 'DesiredTaskCount', 'Average']) ?? desired);
  if (grew && !atMax) return [];
  const since = sinceAt(stretch, [node, 'CPUUtilization', 'Average'], BUSY_PERCENT);
  return {
    verdict: 'warn',
    severity: 'high',
    title: atMax
      ? `${node} is at its maximum of ${figure(max)} tasks, and busy`
      : `${node} stayed at ${figure(desired)} tasks while they were busy: it does not scale`,
    limiter: { node, resource: 'tasks', harm: 'waits', since },
    why: atMax
      ? 'Scaling ends at the maximum capacity; what comes beyond it waits.'
      : 'More load of the same kind makes the waiting longer, and nothing adds a task.',
    evidence: [
      { what: 'tasks desired, most', value: desired, ...(max !== null && { limit: max }) },
      { what: `share of the window at ${figure(BUSY_PERCENT)} % CPUUtilization or more`, value: busy, unit: 'ratio' },
      { what: 'CPUUtilization, mean', value: use, unit: '%' },
      ...began(inputs, since),
    ],
    next: atMax
      ? `Raise the maximum capacity of ${node} above ${figure(max)}, once what its tasks call has room for more of them.`
      : `Register ${node} as a scalable target with a target tracking policy (ECSServiceAverageCPUUtilization at 70 %)${max === null ? '. Its scaling could not be read (application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies)' : `; if it has one, its maximum of ${figure(max)} is not reached: look at the policy's alarms`}.`,
    effect: 'Tasks are added while they are busy.',
  };
}
