import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { redis, redisKey } from './cache.ts';
import { environment } from './environment.ts';
import { Refusal } from './errors.ts';
import { log } from './log.ts';
import { observe } from './metrics.ts';

/**
 * One lock for the whole market, for fear of selling something twice: the mistake of a bad release, since the conditional write decides that already. The
 * holder looks at each of those who wait before it lets go (is it still there, whose turn is it), so that the more there are the longer all wait, and the
 * throughput falls as the load grows.
 */

const POLL_MS = { min: 10, max: 200 };
/** A holder that dies must not stop the market for ever. */
const EXPIRES_S = 30;
const DEAD_AFTER_LOOKS = 5;
/** Below API Gateway's 29 s, so that the player gets an answer. */
const WAIT_MAX_MS = 20_000;
/** What looking at one of those who wait takes, as a share of the time that the lock is held anyway. Guess: tune. */
const SHARE_PER_WAITER = 0.05;

const lockKey = (): string => redisKey('lock', 'market');
const aliveKey = (): string => redisKey('lock', 'market', 'alive');
const waitersKey = (): string => redisKey('lock', 'market', 'waiters');

/** Does `work` with the market to itself, where the release has that mistake; at once where it hasn't. @throws Refusal 503 after a long wait */
export const withMarketLock = async <T>(work: () => Promise<T>): Promise<T> => {
  const heldMs = environment().mistakes.marketLockMs;
  if (heldMs === 0) return work();
  const askedMs = Date.now();
  await acquire();
  observe('MarketLockWait', Date.now() - askedMs);
  try {
    const done = await work();
    await wait(heldMs * (1 + SHARE_PER_WAITER * (await waiting())));
    return done;
  } finally {
    await release();
  }
};

const acquire = async (): Promise<void> => {
  const connection = await redis();
  const until = Date.now() + WAIT_MAX_MS;
  // With the time at which it stops waiting: a waiter that dies is not counted after that.
  const waiter = `${until}/${randomUUID()}`;
  await connection.sAdd(waitersKey(), waiter);
  try {
    let looksDead = 0;
    for (let pollMs = POLL_MS.min; Date.now() < until; pollMs = Math.min(POLL_MS.max, pollMs * 2)) {
      const found = await take();
      if (found === 'taken') return;
      looksDead = found === 'dead' ? looksDead + 1 : 0;
      if (looksDead >= DEAD_AFTER_LOOKS) await release();
      await wait(pollMs * (0.5 + Math.random() / 2));
    }
    throw new Refusal(503, 'the market is busy');
  } finally {
    await connection.sRem(waitersKey(), waiter);
  }
};

/** Whose element is new to the set holds the lock. A holder looks dead for a moment before it has said that it is alive. */
const take = async (): Promise<'taken' | 'held' | 'dead'> => {
  const connection = await redis();
  if ((await connection.sAdd(lockKey(), 'held')) === 0) return (await connection.exists(aliveKey())) === 0 ? 'dead' : 'held';
  await connection.set(aliveKey(), '1', { expiration: { type: 'EX', value: EXPIRES_S } });
  return 'taken';
};

const waiting = async (): Promise<number> => {
  const waiters = await (await redis()).sMembers(waitersKey());
  return waiters.filter((waiter) => Number(waiter.split('/')[0]) > Date.now()).length;
};

/** One whose release fails is waited out. */
const release = async (): Promise<void> => {
  try {
    await (await redis()).del([lockKey(), aliveKey()]);
  } catch (error) {
    log.warn('the market lock could not be released', { error });
  }
};
