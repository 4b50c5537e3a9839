import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis, redis } from './cache.ts';
import { environment } from './environment.ts';
import { grant } from './gains.ts';
import { log } from './log.ts';
import { compute } from './processor.ts';
import { isPoisoned, taskDurationMs, taskGains } from './rules.ts';
import { asTask, queueSeen, taskDone, taskFailed, taskRetried } from './task-telemetry.ts';
import { enqueue, findTask, queueKey, queueLength, saveTask, type Task } from './tasks.ts';
import { beat, HEARTBEAT_TTL_S, recoverFromTheDead, signOff, workingKey } from './workers.ts';

/**
 * The game engine: a service that works the queue of idle-game tasks, many at a time. A task moves from the queue to this worker's own list in one
 * step and leaves it when it is done, so a worker that dies loses nothing: the others put its list back into the queue. Delivery is therefore at
 * least once; a task whose result is on record is not paid twice, except when a worker dies between the two writes.
 */
export interface Engine {
  health(): EngineHealth;
  /** Takes no more tasks, finishes the running ones and signs off. */
  stop(): Promise<void>;
}

interface EngineHealth {
  status: 'ok' | 'failed';
  /** Tasks that this worker is at. */
  running: number;
  /** Tasks that waited in the queue when this worker last looked. */
  waiting: number;
}

const HEARTBEAT_EVERY_MS = 5000;
const LOOK_EVERY_MS = 1000;
/** How long one blocking read waits; bounds how long a stop takes. */
const BLOCK_S = 1;
const RETRY_MS = 500;
/** What a task that can never succeed keeps a processor busy with before it fails. Guess: tune. */
const POISON_CPU_MS = 100;

/** Starts a worker. @throws Error when Redis can't be reached */
export const startEngine = async (): Promise<Engine> => {
  const worker = randomUUID();
  const blocking = await connectRedis();
  const running = new Set<Promise<void>>();
  let stopping = false;
  let beatAt = 0;
  let waiting = 0;

  const heartbeat = async (): Promise<void> => {
    try {
      await beat(worker);
      beatAt = Date.now();
      await recoverFromTheDead(worker);
    } catch (error) {
      log.error('engine heartbeat failed', { error });
    }
  };

  const look = async (): Promise<void> => {
    try {
      waiting = await queueLength();
      queueSeen(waiting);
    } catch {
      // The heartbeat says so.
    }
  };

  const takeOne = async (): Promise<void> => {
    const taskId = await blocking.blMove(queueKey(), workingKey(worker), 'RIGHT', 'LEFT', BLOCK_S);
    if (taskId === null) return;
    const job = work(worker, taskId).finally(() => running.delete(job));
    running.add(job);
    if (running.size >= environment().engineConcurrency) await Promise.race(running);
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      try {
        await takeOne();
      } catch (error) {
        log.error('engine could not take a task', { error });
        await wait(RETRY_MS);
      }
    }
  };

  await heartbeat();
  const timers = [setInterval(() => void heartbeat(), HEARTBEAT_EVERY_MS), setInterval(() => void look(), LOOK_EVERY_MS)];
  const looping = loop();
  return {
    health: () => ({ status: Date.now() - beatAt < HEARTBEAT_TTL_S * 1000 ? 'ok' : 'failed', running: running.size, waiting }),
    stop: async () => {
      stopping = true;
      for (const timer of timers) clearInterval(timer);
      await looping;
      await Promise.all(running);
      await signOff(worker);
      blocking.destroy();
    },
  };
};

/** Works one task and acknowledges it. Never throws: what goes wrong is the task's status, and the log's. */
const work = async (worker: string, taskId: string): Promise<void> => {
  try {
    await asTask(taskId, () => perform(taskId));
  } catch (error) {
    await again(taskId, error).catch((failure: unknown) => log.error('task could not be put back', { taskId, error: failure }));
  }
  try {
    await (await redis()).lRem(workingKey(worker), 1, taskId);
  } catch (error) {
    log.error('task could not be acknowledged', { taskId, error });
  }
};

const perform = async (taskId: string): Promise<void> => {
  const task = await findTask(taskId);
  if (task === null || task.status === 'done' || task.status === 'failed') return;
  if (isTriedOut(task)) throw new Error(`given up after ${task.attempts} attempts`);
  const startedAt = Date.now();
  const begun = { ...task, status: 'running', startedAt, attempts: task.attempts + 1 } as const;
  await saveTask(begun);
  const { taskCpuMs, poisonedTaskShare } = environment().mistakes;
  await wait(taskDurationMs(taskId));
  if (isPoisoned(taskId, poisonedTaskShare)) {
    await compute(POISON_CPU_MS);
    throw new Error('the task can not be worked');
  }
  await compute(taskCpuMs);
  const result = taskGains(taskId, task.kind);
  await grant(task.characterId, result);
  const finishedAt = Date.now();
  await saveTask({ ...begun, status: 'done', finishedAt, result });
  taskDone({ durationMs: finishedAt - startedAt, waitedMs: startedAt - task.enqueuedAt });
};

/** After this many starts a task is given up: it may be what kills the workers. */
const isTriedOut = ({ attempts }: Task): boolean => {
  const { taskAttemptsMax } = environment();
  return taskAttemptsMax > 0 && attempts >= taskAttemptsMax;
};

/** A task that went wrong is queued anew, behind the others, until it is given up. */
const again = async (taskId: string, error: unknown): Promise<void> => {
  const task = await findTask(taskId);
  if (task === null) return;
  if (!isTriedOut(task) && (await enqueue({ ...task, status: 'queued' }))) {
    log.info('task is tried again', { taskId, attempts: task.attempts, error });
    taskRetried();
    return;
  }
  log.error('task failed', { taskId, attempts: task.attempts, error });
  await saveTask({ ...task, status: 'failed', finishedAt: Date.now() });
  taskFailed();
};
