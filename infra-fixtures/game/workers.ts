import { redis, redisKey } from './cache.ts';
import { log } from './log.ts';
import { queueKey } from './tasks.ts';

/**
 * Who works the queue. A worker says every few seconds that it lives; one that hasn't is taken for dead, and what it had taken goes back into the queue.
 */

/** A worker is taken for dead when it has not been heard of for this long. Guess: tune. */
export const HEARTBEAT_TTL_S = 15;

const workersKey = (): string => redisKey('engine', 'workers');
const heartbeatKey = (worker: string): string => redisKey('engine', 'heartbeat', worker);
/** What a worker has taken from the queue and not yet done. */
export const workingKey = (worker: string): string => redisKey('engine', 'working', worker);

/** True while any worker is alive. */
export const engineAlive = async (): Promise<boolean> => {
  const connection = await redis();
  const workers = await connection.sMembers(workersKey());
  return workers.length > 0 && (await connection.exists(workers.map(heartbeatKey))) > 0;
};

/** Says that a worker lives. */
export const beat = async (worker: string): Promise<void> => {
  const connection = await redis();
  await Promise.all([
    connection.sAdd(workersKey(), worker),
    connection.set(heartbeatKey(worker), '1', { expiration: { type: 'EX', value: HEARTBEAT_TTL_S } }),
  ]);
};

/** Puts back what dead workers had taken. Several workers may do so at once: each move is atomic. */
export const recoverFromTheDead = async (self: string): Promise<void> => {
  const connection = await redis();
  for (const worker of await connection.sMembers(workersKey())) {
    if (worker === self || (await connection.exists(heartbeatKey(worker))) > 0) continue;
    let recovered = 0;
    while ((await connection.lMove(workingKey(worker), queueKey(), 'RIGHT', 'RIGHT')) !== null) recovered++;
    await connection.sRem(workersKey(), worker);
    log.warn('tasks of a dead worker were put back', { worker, recovered });
  }
};

export const signOff = async (worker: string): Promise<void> => {
  const connection = await redis();
  await connection.del(heartbeatKey(worker));
  await connection.sRem(workersKey(), worker);
};
