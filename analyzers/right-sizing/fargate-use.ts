import type { Arch, Resource } from '../contract.ts';
import { fargateSizeOf } from '../models/cost/index.ts';
import { highest, lowest, mean, type Name, type Stretch, samples } from '../platform-series.ts';
import { figure } from '../words.ts';
import type { Open, RightSizingInput, RunLoad } from './rule.ts';

/** A size that Fargate has, and how many tasks of it. */
export interface Tasks {
  vcpu: number;
  memoryGb: number;
  tasks: number;
  /** Null where it could not be read. */
  arch: Arch | null;
}

/** What a service of Fargate has, and what the run used of it. Shares of 1. */
export interface ServiceUse extends Tasks {
  /** Of all tasks together: in the mean of the window, and in the busiest period of the run. */
  cpu: { mean: number; most: number };
  /** Of the fullest task, at most. */
  memory: number;
  /** Up to which its scaling lets the processor go, and memory. */
  safe: { cpu: number; memory: number };
  /** What else its scaling tracks, such as the requests of a task: a limit to what one carries, of which nothing is known here. */
  alsoTracked: string | null;
}

/** What target tracking is commonly set to, where its value could not be read. Guess: tune. */
const CPU_SAFE = 0.7;
/** Of the fullest task: what comes to its limit is ended. Guess: tune. */
const MEMORY_SAFE = 0.8;

const KNOWN = ['CPUUtilization', 'MemoryUtilization'];

/** So that one that is lost, or is replaced, does not take the service with it. */
export const TASKS_MIN = 2;
/** It never gets fewer than its scaling has as the least, nor than two; one that has fewer keeps what it has. So does one that scales by other things, too. */
export const tasksMinOf = ({ tasks, alsoTracked }: ServiceUse, { limits }: Resource): number =>
  alsoTracked === null ? Math.min(tasks, Math.max(TASKS_MIN, limits.tasksMin ?? TASKS_MIN)) : tasks;

export function serviceUse({ node, limits }: Resource, { stretch, whole }: Pick<RightSizingInput, 'stretch' | 'whole'>): ServiceUse | Open {
  const size = fargateSizeOf(limits.cpuUnits, limits.memoryMb);
  if (size === null)
    return {
      open: `the size of a task of ${node} could not be read, or is none of Fargate's`,
      settledBy: 'Allow ecs:DescribeTaskDefinition, then `loadkit analyze --aws`.',
    };
  const scaling = limits.scaling ?? [];
  const tasks = tasksOf(node, limits.tasksDesired ?? null, stretch);
  if (typeof tasks !== 'number') return tasks;
  const cpuMean = mean(stretch, [node, 'CPUUtilization', 'Average']);
  const memory = highest(whole, [node, 'MemoryUtilization', 'Maximum']) ?? highest(whole, [node, 'MemoryUtilization', 'Average']);
  if (cpuMean === null || memory === null)
    return {
      open: `CloudWatch has no CPUUtilization or MemoryUtilization of ${node} within the window`,
      settledBy: 'A run that lasts a few periods of the metrics.',
    };
  return {
    ...size,
    tasks,
    arch: limits.arch ?? null,
    cpu: { mean: cpuMean / 100, most: Math.max(cpuMean, busiest(node, tasks, whole)) / 100 },
    memory: memory / 100,
    safe: safeOf(scaling),
    alsoTracked: scaling.find(({ metric }) => !KNOWN.some((name) => metric.includes(name)))?.metric ?? null,
  };
}

function tasksOf(node: string, desired: number | null, stretch: Stretch): number | Open {
  const running: Name = [node, 'RunningTaskCount', 'Average'];
  const [fewest, most] = [lowest(stretch, running) ?? desired, highest(stretch, running) ?? desired];
  if (fewest === null || most === null || most < 1)
    return { open: `how many tasks of ${node} ran is not known`, settledBy: 'Turn Container Insights on for its cluster, and run again.' };
  if (fewest === most && Number.isInteger(most)) return most;
  return {
    open: `${node} went from ${figure(fewest)} to ${figure(most)} tasks within the window, so that what one of them carries is not known`,
    settledBy: 'A run at one load that lasts until it has scaled.',
  };
}

/** Of so many tasks in percent, whatever there were at that time. */
function busiest(node: string, tasks: number, whole: Stretch): number {
  const running = new Map(samples(whole, [node, 'RunningTaskCount', 'Average']).map(({ timeS, value }) => [timeS, value]));
  const busy = samples(whole, [node, 'CPUUtilization', 'Average']).map(
    ({ timeS, value }) => (value * (running.get(timeS) ?? tasks)) / tasks,
  );
  return Math.max(0, ...busy);
}

function safeOf(scaling: readonly { metric: string; target: number }[]): ServiceUse['safe'] {
  const tracked = (name: string): number | null => scaling.find(({ metric }) => metric.includes(name))?.target ?? null;
  return {
    cpu: (tracked('CPUUtilization') ?? 100 * CPU_SAFE) / 100,
    memory: Math.min(MEMORY_SAFE, (tracked('MemoryUtilization') ?? 100) / 100),
  };
}

/** What is there is busy for so many vCPU. */
export const busyVcpu = ({ tasks, vcpu }: Pick<Tasks, 'tasks' | 'vcpu'>, share: number): number => tasks * vcpu * share;

/** Of the fullest task, were there so many: as if all that it holds were of the load, and none of the program itself. */
export const memoryWith = (use: ServiceUse, tasks: number): number => (use.memory * use.memoryGb * use.tasks) / tasks;

/**
 * How much longer a request of the run takes in the mean, at most, with other tasks: by what all requests take of its processors (the utilisation law), were
 * each to wait for it, and for those before it as M/G/1 with processor sharing has it: S/(1 − ρ), for whatever distribution (Kleinrock 1976, Queueing Systems
 * II, §4.4). One request keeps at most one processor busy. In the busiest period, where the difference is largest.
 *
 * @returns null where it is not known how many requests there were; Infinity where the tasks can't keep up
 */
export function delayMs(use: ServiceUse, to: Tasks, { requestsPerS, factor }: Pick<RunLoad, 'requestsPerS' | 'factor'>): number | null {
  if (requestsPerS === null || !(requestsPerS > 0)) return null;
  const workS = busyVcpu(use, use.cpu.mean) / requestsPerS;
  const busy = busyVcpu(use, use.cpu.most);
  const responseS = (tasks: Tasks): number => {
    const utilisation = (busy * factor) / busyVcpu(tasks, 1);
    return utilisation >= 1 ? Number.POSITIVE_INFINITY : workS / Math.min(1, tasks.vcpu) / (1 - utilisation);
  };
  return Math.max(0, 1000 * (responseS(to) - responseS(use)));
}

export const sizeOf = ({ tasks, vcpu, memoryGb }: Tasks): string => `${figure(tasks)} × ${vcpu} vCPU and ${memoryGb} GB`;
