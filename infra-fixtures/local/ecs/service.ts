import { setTimeout as wait } from 'node:timers/promises';
import type { TaskUsage } from '../engine-process.ts';
import type { Platform } from '../telemetry/platform.ts';
import type { HealthCheckSettings } from './health-check.ts';
import { type DeploymentLimits, nextStep } from './replacement.ts';
import { createScaling, type ScalingSettings, type ServiceLoad } from './scaling.ts';
import { meanLoad, sampleOf, serviceLoad, type TaskSample, tellService } from './service-telemetry.ts';
import { type ServiceTask, startTask } from './task.ts';

/** An ECS service on Fargate: as many tasks as are desired, replaced when they end or fail their health checks, more or fewer by their load. */
export interface Service {
  /** Those who take requests. */
  healthyTargets(): string[];
  /** Replaces all tasks, a few at a time; resolves when the new ones are healthy and the old ones gone. */
  deploy(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  env: Readonly<Record<string, string>>;
  cpuUnits: number;
  memoryMb: number;
  tasksMin: number;
  tasksMax: number;
  scaling: ScalingSettings & { enabled: boolean };
  provisionMs: number;
  healthCheck: HealthCheckSettings;
  deployment: DeploymentLimits;
  /** Of the metrics, by which it scales. */
  periodMs: number;
  platform: Platform;
  onOutput(taskId: string, line: string): void;
}

const SAMPLE_EVERY_MS = 1000;
/** A task that ends by itself is started anew after a while, and not at once again and again. Guess: tune. */
const RESTART_AFTER_MS = 1000;

/** Resolves when all tasks are healthy. @throws Error when one ends before */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  const { platform, cpuUnits, memoryMb } = options;
  const tasks = new Set<ServiceTask>();
  const stopping = new Set<ServiceTask>();
  const read = new Map<ServiceTask, { usage: TaskUsage; atMs: number }>();
  const scaling = createScaling(options.scaling, options);
  let deployment = 1;
  let desired = options.tasksMin;
  let stopped = false;
  /** The first tasks are in place when the stack comes up. */
  let provisionMs = 0;
  let onSettled: (() => void)[] = [];
  let onFailed: ((error: Error) => void) | null = null;

  const here = (): ServiceTask[] => [...tasks].filter((task) => !stopping.has(task));

  const launch = (): void => {
    const task = startTask({
      deployment,
      env: options.env,
      memoryMb,
      provisionMs,
      healthCheck: options.healthCheck,
      onOutput: ({ id }, line) => options.onOutput(id, line),
      onChange: reconcile,
      onEnd: (ended, how) => void remove(ended, how),
    });
    tasks.add(task);
  };

  const remove = async (task: ServiceTask, how: string): Promise<void> => {
    const asked = stopping.has(task);
    if (!asked && !stopped) {
      options.onOutput(task.id, `task ${task.id} ended: ${how}`);
      onFailed?.(new Error(how));
      task.health = 'unhealthy';
      await wait(RESTART_AFTER_MS);
    }
    tasks.delete(task);
    stopping.delete(task);
    read.delete(task);
    reconcile();
  };

  const reconcile = (): void => {
    if (stopped) return;
    const { start, stop } = nextStep(here(), deployment, desired, options.deployment);
    for (const task of stop) {
      stopping.add(task);
      void task.stop();
    }
    for (let index = 0; index < start; index++) launch();
    if (start === 0 && stop.length === 0 && tasks.size === desired && here().every(({ health }) => health === 'healthy')) {
      for (const resolve of onSettled) resolve();
      onSettled = [];
    }
  };

  const settled = (): Promise<void> => new Promise((resolve) => onSettled.push(resolve));

  /** What the last interval showed, of those tasks that could be read twice. */
  const sample = async (): Promise<{ samples: TaskSample[]; load: ServiceLoad | null }> => {
    const samples: TaskSample[] = [];
    const usages: TaskUsage[] = [];
    await Promise.all(
      here().map(async (task) => {
        const usage = await task.usage();
        const atMs = performance.now();
        const before = read.get(task);
        if (usage === null || !tasks.has(task)) return;
        read.set(task, { usage, atMs });
        usages.push(usage);
        if (before !== undefined) samples.push(sampleOf(before.usage, usage, atMs - before.atMs));
      }),
    );
    return { samples, load: serviceLoad(samples, usages, { cpuUnits, memoryMb }) };
  };

  const tell = (samples: readonly TaskSample[]): void => {
    const present = here();
    const of = (health: ServiceTask['health'], among: Iterable<ServiceTask> = present): number =>
      [...among].filter((task) => task.health === health).length;
    const listening = present.filter(({ url }) => url !== null).length;
    tellService(
      platform,
      samples,
      { cpuUnits, memoryMb },
      {
        desired,
        running: listening,
        pending: present.length - listening,
        healthy: of('healthy'),
        // Until it has gone: it is stopped as soon as it is found to be so.
        unhealthy: of('unhealthy', tasks),
        deployments: new Set([...tasks].map((task) => task.deployment)).size,
      },
    );
  };

  const loads: ServiceLoad[] = [];
  let watching = false;
  const watch = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    try {
      const { samples, load } = await sample();
      tell(samples);
      if (load !== null) loads.push(load);
    } finally {
      watching = false;
    }
  };
  const scale = (): void => {
    const load = meanLoad(loads.splice(0));
    desired = scaling.next(load, desired);
    reconcile();
  };

  const stop = async (): Promise<void> => {
    stopped = true;
    await Promise.all([...tasks].map((task) => task.stop()));
  };

  const failed = new Promise<never>((_, reject) => {
    onFailed = reject;
  });
  const up = settled();
  reconcile();
  try {
    await Promise.race([up, failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  onFailed = null;
  provisionMs = options.provisionMs;
  const watches = setInterval(() => void watch(), SAMPLE_EVERY_MS);
  const scales = options.scaling.enabled ? setInterval(scale, options.periodMs) : undefined;

  return {
    healthyTargets: () => here().flatMap(({ url, health }) => (url !== null && health === 'healthy' ? [url] : [])),
    deploy: async () => {
      deployment++;
      const done = settled();
      reconcile();
      await done;
    },
    stop: async () => {
      clearInterval(watches);
      clearInterval(scales);
      await stop();
    },
  };
};
