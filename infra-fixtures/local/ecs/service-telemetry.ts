import type { TaskUsage } from '../engine-process.ts';
import { serviceDimensions, targetGroupDimensions } from '../names.ts';
import type { Platform, Unit } from '../telemetry/platform.ts';
import type { ServiceLoad } from './scaling.ts';

/** A task's use of its container over the last interval. */
export interface TaskSample {
  /** Units of a processor, of which a vCPU is 1,024. */
  cpuUnits: number;
  memoryMb: number;
}

export interface ServiceCounts {
  desired: number;
  running: number;
  pending: number;
  healthy: number;
  unhealthy: number;
  deployments: number;
}

export interface TaskSize {
  cpuUnits: number;
  memoryMb: number;
}

const VCPU_UNITS = 1024;
const MB = 1024 * 1024;

/** Between two readings of a task. */
export const sampleOf = (before: TaskUsage, after: TaskUsage, elapsedMs: number): TaskSample => ({
  cpuUnits: ((after.cpuMs - before.cpuMs) / elapsedMs) * VCPU_UNITS,
  memoryMb: after.memoryBytes / MB,
});

/** A container is held to its size, so that a process on this machine that had more for a moment counts as full. */
const percentOf = (used: number, size: number): number => Math.min(100, (100 * used) / size);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the scaling policies go by; null without a task that could be read. */
export const serviceLoad = (samples: readonly TaskSample[], usages: readonly TaskUsage[], size: TaskSize): ServiceLoad | null => {
  if (samples.length === 0) return null;
  const active = usages.reduce((sum, { running }) => sum + running, 0) + Math.max(0, ...usages.map(({ waiting }) => waiting));
  return {
    cpuPercent: mean(samples.map(({ cpuUnits }) => percentOf(cpuUnits, size.cpuUnits))),
    memoryPercent: mean(samples.map(({ memoryMb }) => percentOf(memoryMb, size.memoryMb))),
    activeTasksPerTask: active / samples.length,
  };
};

/** Over a period; null without any. */
export const meanLoad = (loads: readonly ServiceLoad[]): ServiceLoad | null =>
  loads.length === 0
    ? null
    : {
        cpuPercent: mean(loads.map(({ cpuPercent }) => cpuPercent)),
        memoryPercent: mean(loads.map(({ memoryPercent }) => memoryPercent)),
        activeTasksPerTask: mean(loads.map(({ activeTasksPerTask }) => activeTasksPerTask)),
      };

/**
 * Tells of the service as ECS, Container Insights and the target group do: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 */
export const tellService = (platform: Platform, samples: readonly TaskSample[], size: TaskSize, counts: ServiceCounts): void => {
  for (const { cpuUnits, memoryMb } of samples) {
    platform.metric('AWS/ECS', 'CPUUtilization', serviceDimensions, percentOf(cpuUnits, size.cpuUnits), 'Percent');
    platform.metric('AWS/ECS', 'MemoryUtilization', serviceDimensions, percentOf(memoryMb, size.memoryMb), 'Percent');
  }
  const insight = (name: string, value: number, unit: Unit): void =>
    platform.metric('ECS/ContainerInsights', name, serviceDimensions, value, unit);
  insight('RunningTaskCount', counts.running, 'Count');
  insight('PendingTaskCount', counts.pending, 'Count');
  insight('DesiredTaskCount', counts.desired, 'Count');
  insight('DeploymentCount', counts.deployments, 'Count');
  if (samples.length > 0) {
    const sum = (used: (sample: TaskSample) => number): number => samples.reduce((total, sample) => total + used(sample), 0);
    insight(
      'CpuUtilized',
      Math.min(
        sum(({ cpuUnits }) => cpuUnits),
        samples.length * size.cpuUnits,
      ),
      'None',
    );
    insight('CpuReserved', samples.length * size.cpuUnits, 'None');
    insight(
      'MemoryUtilized',
      sum(({ memoryMb }) => memoryMb),
      'Megabytes',
    );
    insight('MemoryReserved', samples.length * size.memoryMb, 'Megabytes');
  }
  platform.metric('AWS/ApplicationELB', 'HealthyHostCount', targetGroupDimensions, counts.healthy, 'Count');
  platform.metric('AWS/ApplicationELB', 'UnHealthyHostCount', targetGroupDimensions, counts.unhealthy, 'Count');
};
