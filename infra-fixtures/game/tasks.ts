import { redis, redisKey } from './cache.ts';
import { environment } from './environment.ts';
import type { Gains, TaskKind } from './rules.ts';

/** A task of the engine's, as its status can be asked for. Kept in Redis for a while after it is done. */
export interface Task {
  taskId: string;
  characterId: string;
  kind: TaskKind;
  status: 'queued' | 'running' | 'done' | 'failed';
  enqueuedAt: number;
  startedAt?: number;
  finishedAt?: number;
  result?: Gains;
  /** How often a worker has begun it. */
  attempts: number;
}

export const queueKey = (): string => redisKey('tasks', 'queue');
const taskKey = (taskId: string): string => redisKey('task', taskId);

/** More waiting tasks than this are refused: at a hundred a second the last would wait for minutes. Guess: tune. */
const QUEUE_MAX = 20_000;

/** Puts a task into the queue; false when the queue is full. The status is written first: a worker may take the task at once. */
export const enqueue = async (task: Task): Promise<boolean> => {
  const connection = await redis();
  const [, length] = await Promise.all([saveTask(task), connection.lPush(queueKey(), task.taskId)]);
  if (length <= QUEUE_MAX) return true;
  await connection.lRem(queueKey(), 1, task.taskId);
  return false;
};

/** Tasks that wait. */
export const queueLength = async (): Promise<number> => (await redis()).lLen(queueKey());

export const saveTask = async (task: Task): Promise<void> => {
  const expiration = { type: 'EX', value: environment().taskKeptS } as const;
  await (await redis()).set(taskKey(task.taskId), JSON.stringify(task), { expiration });
};

/** The task, or null when there is none (any more). */
export const findTask = async (taskId: string): Promise<Task | null> => {
  const json = await (await redis()).get(taskKey(taskId));
  return json === null ? null : (JSON.parse(json) as Task);
};
