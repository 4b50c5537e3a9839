import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis, redis, redisKey } from './cache.ts';
import { grant } from './characters.ts';
import { environment } from './environment.ts';
import { log } from './log.ts';
import { taskDurationMs, taskGains } from './rules.ts';
import { findTask, queueKey, saveTask } from './tasks.ts';

/**
 * The game engine: a service that works the queue of idle-game tasks, many at a time. A task moves from the queue to this worker's own list in one
 * step and leaves it when it is done, so a worker that dies loses nothing: the others put its list back into the queue. Delivery is therefore at
 * least once; a task whose result is on record is not paid twice, except when a worker dies between the two writes.
 */
export interface Engine {
  health(): { status: 'ok' | 'failed'; running: number };
  /** Takes no more tasks, finishes the running ones and signs off. */
  stop(): Promise<void>;
}

/** A worker is taken for dead when it has not been heard of for this long. Guess: tune. */
const HEARTBEAT_TTL_S = 15;
const HEARTBEAT_EVERY_MS = 5000;
/** How long one blocking read waits; bounds how long a stop takes. */
const BLOCK_S = 1;
/** After this many starts a task is given up: it may be what kills the workers. */
const ATTEMPTS_MAX = 3;
const RETRY_MS = 500;

const workersKey = (): string => redisKey('engine', 'workers');
const heartbeatKey = (worker: string): string => redisKey('engine', 'heartbeat', worker);
const workingKey = (worker: string): string => redisKey('engine', 'working', worker);

/** True while any worker is alive. */
export const engineAlive = async (): Promise<boolean> => {
  const connection = await redis();
  const workers = await connection.sMembers(workersKey());
  return workers.length > 0 && (await connection.exists(workers.map(heartbeatKey))) > 0;
};

/** Starts a worker. @throws Error when Redis can't be reached */
export const startEngine = async (): Promise<Engine> => {
  const worker = randomUUID();
  const blocking = await connectRedis();
  const running = new Set<Promise<void>>();
  let stopping = false;
  let beatAt = 0;

  const beat = async (): Promise<void> => {
    try {
      const connection = await redis();
      await Promise.all([
        connection.sAdd(workersKey(), worker),
        connection.set(heartbeatKey(worker), '1', { expiration: { type: 'EX', value: HEARTBEAT_TTL_S } }),
      ]);
      beatAt = Date.now();
      await recoverFromTheDead(worker);
    } catch (error) {
      log.error('engine heartbeat failed', { error });
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

  await beat();
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_EVERY_MS);
  const looping = loop();
  return {
    health: () => ({ status: Date.now() - beatAt < HEARTBEAT_TTL_S * 1000 ? 'ok' : 'failed', running: running.size }),
    stop: async () => {
      stopping = true;
      clearInterval(heartbeat);
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
    await perform(taskId);
  } catch (error) {
    log.error('task failed', { taskId, error });
    await fail(taskId).catch((failure: unknown) => log.error('task could not be marked as failed', { taskId, error: failure }));
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
  if (task.attempts >= ATTEMPTS_MAX) throw new Error(`given up after ${task.attempts} attempts`);
  const begun = { ...task, status: 'running', startedAt: Date.now(), attempts: task.attempts + 1 } as const;
  await saveTask(begun);
  await wait(taskDurationMs(taskId));
  const result = taskGains(taskId, task.kind);
  await grant(task.characterId, result);
  await saveTask({ ...begun, status: 'done', finishedAt: Date.now(), result });
};

const fail = async (taskId: string): Promise<void> => {
  const task = await findTask(taskId);
  if (task !== null) await saveTask({ ...task, status: 'failed', finishedAt: Date.now() });
};

/** Puts back what dead workers had taken. Several workers may do so at once: each move is atomic. */
const recoverFromTheDead = async (self: string): Promise<void> => {
  const connection = await redis();
  for (const worker of await connection.sMembers(workersKey())) {
    if (worker === self || (await connection.exists(heartbeatKey(worker))) > 0) continue;
    let recovered = 0;
    while ((await connection.lMove(workingKey(worker), queueKey(), 'RIGHT', 'RIGHT')) !== null) recovered++;
    await connection.sRem(workersKey(), worker);
    log.warn('tasks of a dead worker were put back', { worker, recovered });
  }
};

const signOff = async (worker: string): Promise<void> => {
  const connection = await redis();
  await connection.del(heartbeatKey(worker));
  await connection.sRem(workersKey(), worker);
};
