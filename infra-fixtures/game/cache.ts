import { createClient, type RedisClientType } from 'redis';
import { environment } from './environment.ts';
import { log } from './log.ts';

type Redis = RedisClientType<Record<string, never>, Record<string, never>, Record<string, never>, 2>;

let connection: Promise<Redis> | undefined;

/** A connection of its own, for commands that block. RESP2, since nothing here needs what RESP3 adds and every server speaks it. */
export const connectRedis = async (): Promise<Redis> => {
  const url = environment().redisUrl;
  if (url === undefined) throw new Error('the environment variable REDIS_URL is not set');
  // Without the offline queue a command fails at once while Redis is away, and the caller goes to the database instead of waiting.
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  client.on('error', (error: unknown) => log.warn('redis connection failed', { error }));
  await client.connect();
  return client as unknown as Redis;
};

/** The connection that this process shares. */
export const redis = (): Promise<Redis> => {
  connection ??= connectRedis().catch((error: unknown) => {
    connection = undefined;
    throw error;
  });
  return connection;
};

/** The name of a key, within the game's own name space. */
export const redisKey = (...parts: readonly string[]): string => environment().keyPrefix + parts.join(':');

const loading = new Map<string, Promise<string>>();

/**
 * The JSON kept under `key`, or what `load` gives, kept for `ttlS` seconds. Callers that miss at the same time share one load, and a cache that
 * fails costs time, never the answer. JSON text rather than values, because most callers hand it on as it is.
 */
export const cachedJson = async (key: string, ttlS: number, load: () => Promise<unknown>): Promise<string> => {
  const kept = await attempt(async () => (await redis()).get(key));
  if (kept !== null) return kept;
  const inFlight = loading.get(key);
  if (inFlight !== undefined) return inFlight;
  const loaded = (async () => {
    const json = JSON.stringify(await load());
    await attempt(async () => (await redis()).set(key, json, { expiration: { type: 'EX', value: ttlS } }));
    return json;
  })().finally(() => loading.delete(key));
  loading.set(key, loaded);
  return loaded;
};

/** Forgets what is kept under these keys. */
export const forget = async (...keys: string[]): Promise<void> => {
  await attempt(async () => (await redis()).del(keys));
};

const attempt = async <T>(command: () => Promise<T>): Promise<T | null> => {
  try {
    return await command();
  } catch (error) {
    log.warn('cache is not available', { error });
    return null;
  }
};
