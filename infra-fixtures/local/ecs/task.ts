import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, startChild } from '../child.ts';
import type { EngineReady, TaskUsage } from '../engine-process.ts';
import { type HealthCheckSettings, startHealthCheck } from './health-check.ts';
import type { TaskView } from './replacement.ts';

/** A task of the service: a process, from the decision to have it until its end. */
export interface ServiceTask extends TaskView {
  readonly id: string;
  /** Its address once its process listens. */
  url: string | null;
  /** Null while there is nobody to be asked, or one that hangs. */
  usage(): Promise<TaskUsage | null>;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface TaskOptions {
  deployment: number;
  env: Readonly<Record<string, string>>;
  memoryMb: number;
  /** Until its process is started. */
  provisionMs: number;
  healthCheck: HealthCheckSettings;
  onOutput(task: ServiceTask, line: string): void;
  /** Its health or address is another. */
  onChange(): void;
  /** It has ended, asked or not: how, in one lowercase clause. */
  onEnd(task: ServiceTask, how: string): void;
}

/** A task that hangs is not to keep the others from being seen. Guess: tune. */
const USAGE_WITHIN_MS = 500;

export const startTask = (options: TaskOptions): ServiceTask => {
  let child: Child | null = null;
  let endCheck = (): void => undefined;
  let asked: Promise<TaskUsage | null> | null = null;
  const aborted = new AbortController();

  const run = async (): Promise<string> => {
    await wait(options.provisionMs, undefined, { signal: aborted.signal });
    const started = startChild('engine-process', {
      env: options.env,
      memoryMb: options.memoryMb,
      onOutput: (line) => options.onOutput(task, line),
    });
    child = started;
    const { port } = await started.message<EngineReady>('listening');
    task.url = `http://127.0.0.1:${port}`;
    endCheck = startHealthCheck(`${task.url}/health`, options.healthCheck, (health) => {
      task.health = health;
      options.onChange();
    });
    options.onChange();
    return started.exited;
  };

  const task: ServiceTask = {
    id: randomUUID().replaceAll('-', ''),
    deployment: options.deployment,
    health: 'starting',
    url: null,
    usage: async () => {
      if (task.url === null || child === null) return null;
      asked ??= child
        .request<TaskUsage>({ type: 'usage' })
        .catch(() => null)
        .finally(() => {
          asked = null;
        });
      return Promise.race([asked, wait(USAGE_WITHIN_MS, null, { ref: false })]);
    },
    stop: async () => {
      endCheck();
      aborted.abort();
      await child?.stop();
      await ended;
    },
  };
  const ended = run()
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .then((how) => {
      endCheck();
      options.onEnd(task, how);
    });
  return task;
};
