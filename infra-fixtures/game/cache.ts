import { createClient, type RedisClientType } from 'redis';
import { cache } from './definition.ts';
import { CACHED, type CachedKind, environment } from './environment.ts';
import { log } from './log.ts';
import { count } from './metrics.ts';
import { inSpan, type SpanDescription } from './tracing.ts';

type Redis = RedisClientType<Record<string, never>, Record<string, never>, Record<string, never>, 2>;

/** How long the first connection may take; later ones are node-redis' own business. Guess: tune. */
const CONNECT_TIMEOUT_MS = 2000;

/**
 * A connection of its own, for commands that block. RESP2, since nothing here needs what RESP3 adds and every server speaks it.
 *
 * @param patient false: rejects when the first attempt fails, rather than trying for ever. A connection that was there once is always sought again.
 */
export const connectRedis = async ({ patient = true }: { patient?: boolean } = {}): Promise<Redis> => {
  const url = environment().redisUrl;
  if (url === undefined) throw new Error('the environment variable REDIS_URL is not set');
  let connected = patient;
  const reconnectStrategy = (retries: number): number | false => connected && backoffMs(retries);
  // Without the offline queue a command fails at once while Redis is away, and the caller goes to the database instead of waiting.
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { reconnectStrategy, connectTimeout: CONNECT_TIMEOUT_MS },
  });
  client.on('error', (error: unknown) => log.warn('redis connection failed', { error }));
  await client.connect();
  connected = true;
  return client as unknown as Redis;
};

/** Ever longer, and not all processes at once: those that a full or restarted server turned away would keep it from recovering. Guess: tune. */
const BACKOFF_MS = { min: 100, max: 5000 };
const backoffMs = (failures: number): number =>
  Math.min(BACKOFF_MS.max, BACKOFF_MS.min * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);

let connection: Promise<Redis> | undefined;
let failures = 0;
let tryAgainAtMs = 0;

/** The connection that this process shares. @throws Error at once while Redis refuses connections: it is asked again after a backoff, not by each request */
export const redis = (): Promise<Redis> => {
  if (connection !== undefined) return connection;
  if (Date.now() < tryAgainAtMs) return Promise.reject(new Error('redis refused the last connection, and is not asked again yet'));
  connection = connectRedis({ patient: false }).then(
    (client) => {
      failures = 0;
      return client;
    },
    (error: unknown) => {
      connection = undefined;
      tryAgainAtMs = Date.now() + backoffMs(failures++);
      log.warn('redis can not be reached', { error, failures });
      throw error;
    },
  );
  return connection;
};

/** The name of a key, within the game's own name space. */
export const redisKey = (...parts: readonly string[]): string => environment().keyPrefix + parts.join(':');

/** Something that is kept in the cache: its key, for how long, and where it comes from when it isn't there. */
export type Kept = readonly [key: string, ttlS: number, load: () => Promise<unknown>];

/** Keeps what `load` gives for as long as its kind is kept. */
export const keep = (kind: CachedKind, name: readonly string[], load: () => Promise<unknown>): Kept => [
  cachedKey(kind, ...name),
  environment().cacheTtlS[kind],
  load,
];

export const cachedKey = (kind: CachedKind, ...name: readonly string[]): string => redisKey(`${CACHED}${kind}`, ...name);

const loading = new Map<string, Promise<string>>();

/**
 * The JSON kept under `key`, or what `load` gives, kept for `ttlS` seconds. Callers that miss at the same time share one load, and a cache that
 * fails costs time, never the answer. JSON text rather than values, because most callers hand it on as it is.
 */
export const cachedJson = async (...[key, ttlS, load]: Kept): Promise<string> => {
  const kept = await attempt('GET', async () => (await redis()).get(key));
  if (kept !== undefined) count(kept === null ? 'CacheMisses' : 'CacheHits');
  if (kept !== undefined && kept !== null) return kept.trimEnd();
  const inFlight = loading.get(key);
  if (inFlight !== undefined) return inFlight;
  const loaded = loadInto(key, ttlS, load).finally(() => loading.delete(key));
  loading.set(key, loaded);
  return loaded;
};

/** Loads it whether it is there or not, so that players don't have to. */
export const warm = async (...kept: Kept): Promise<void> => {
  await loadInto(...kept);
  count('CacheEntriesWarmed');
};

const loadInto = async (...[key, ttlS, load]: Kept): Promise<string> => {
  const json = JSON.stringify(await load());
  await put(key, ttlS, json);
  return json;
};

const put = async (key: string, ttlS: number, json: string): Promise<void> => {
  // Blanks at its end leave JSON what it is.
  const kept = json + ' '.repeat(environment().mistakes.cachePaddingKb * 1024);
  await attempt('SET', async () => (await redis()).set(key, kept, { expiration: { type: 'EX', value: ttlS } }));
};

/** Changes what is kept, where it is; null forgets it. Of two at a time one may undo the other. */
export const amend = async ([key, ttlS]: Kept, change: (json: string) => string | null): Promise<void> => {
  const kept = await attempt('GET', async () => (await redis()).get(key));
  if (kept === undefined || kept === null) return;
  const json = kept.trimEnd();
  const changed = change(json);
  if (changed === null) await forget(key);
  else if (changed !== json) await put(key, ttlS, changed);
};

/** Forgets what is kept under these keys. */
export const forget = async (...keys: string[]): Promise<void> => {
  await attempt('DEL', async () => (await redis()).del(keys));
};

/** At 200 requests a second a cache that is away would fill the log with one sentence. */
const COMPLAIN_EVERY_MS = 1000;
let complainedAtMs = 0;

/** What Redis answered; undefined when it did not. */
const attempt = async <T>(command: string, send: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await inSpan(spanOf(command), send);
  } catch (error) {
    count('CacheErrors');
    if (Date.now() - complainedAtMs >= COMPLAIN_EVERY_MS) {
      complainedAtMs = Date.now();
      log.warn('cache is not available', { error });
    }
    return undefined;
  }
};

/** https://opentelemetry.io/docs/specs/semconv/database/redis/ */
const spanOf = (command: string): SpanDescription => ({
  name: `redis ${command}`,
  kind: 'client',
  attributes: { 'db.system': 'redis', 'db.operation': command, 'peer.service': cache.clusterId },
});
