import { type TableName, tableNames } from './definition.ts';

/** Everything that the game has to be told; the rest (endpoints, region, credentials) the AWS clients read from the environment themselves. */
export interface Environment {
  /** What the tables are called where the game runs (`TABLE_USERS` …). */
  tables: Record<TableName, string>;
  /** Undefined for those who don't need it. */
  redisUrl: string | undefined;
  /** Starts every key, so that a Redis may be shared. */
  keyPrefix: string;
  /** Signs the players' tokens, at least 32 characters. */
  tokenSecret: string;
  tokenTtlS: number;
  refreshTtlS: number;
  /** log2 of scrypt's N. */
  passwordCost: number;
  auctionDurationS: number;
  /** How long a sold auction can still be read. */
  soldKeptS: number;
  chatKeptS: number;
  taskKeptS: number;
  /** Tasks that one engine works at a time. */
  engineConcurrency: number;
  /** A task that fails is begun this many times; 0: for ever. */
  taskAttemptsMax: number;
  /** Units of a processor, of which a vCPU is 1,024, that computing is to seem to have; null where it really computes. */
  seemingCpuUnits: number | null;
  cacheTtlS: Record<CachedKind, number>;
  /** Where the game's own REST API answers; null where nobody has said: what needs it is then skipped. */
  apiUrl: string | null;
  /** The load balancer of the engine service; null as above. */
  engineUrl: string | null;
  /** The operations jobs look back this far, at metrics of this period. Shorter where the jobs run more often than on AWS. */
  operations: { readinessWindowS: number; optimisationWindowS: number; metricPeriodS: number };
  mistakes: Mistakes;
}

/**
 * What a bad release brings with it. Each is neutral by default, and lives where a developer would have made the mistake. They act by waits and by the
 * limits of what they call, not by burning processors.
 */
interface Mistakes {
  /** `AUCTIONS_BY_ITEM`: `scan` reads the whole table instead of `itemId-price-index`. */
  auctionsByItem: 'index' | 'scan';
  /** `MARKET_READS`: `n-plus-one` looks at each auction of a list, and its seller, one after the other. */
  marketReads: 'page' | 'n-plus-one';
  /** `ITEM_PADDING_KB`: characters carry a portrait of this size; DynamoDB's items end at 400 KB. */
  itemPaddingKb: number;
  /** `MARKET_LOCK_MS`: all sales and offers go through one lock, which is held this long besides; 0 is without. */
  marketLockMs: number;
  /** `MARKET_SEARCHES`: `counted` adds each search of the market to one item, which all of them then write. */
  marketSearches: 'free' | 'counted';
  /** `CACHE_WARMING`: `off` lets the cache fill from players' requests only. */
  cacheWarming: 'on' | 'off';
  /** `CACHE_PADDING_KB`: all that is cached carries so many blanks. */
  cachePaddingKb: number;
  /** `CHAT_ECHO`: each message is posted this many times to each member. */
  chatEcho: number;
  /** `ERROR_SHARE` of the invocations throw. */
  errorShare: number;
  /** `TASK_CPU_MS`: milliseconds of a whole processor that each task computes. */
  taskCpuMs: number;
  /** `POISONED_TASK_SHARE` of the tasks fail each time they are tried. */
  poisonedTaskShare: number;
  /** `LEAK_KB` are kept for ever by each invocation. */
  leakKb: number;
  /** `LOG_WAIT_MS`: the log is shipped line by line, and each debug line waits this long for it. */
  logWaitMs: number;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
/** What is kept in the cache for a while, and for how many seconds: "5 to 60 minutes by volatility" (reference stack). */
export const CACHE_TTL_S = { items: HOUR_S, guilds: 600, leaderboards: 300, auctions: 300 } as const;
/** What the keys of all that begin with: tasks, presence and locks, which live in the same Redis, don't. */
export const CACHED = 'cached:';
export type CachedKind = keyof typeof CACHE_TTL_S;
export const cacheTtlVariable = (kind: CachedKind): string => `CACHE_${kind.toUpperCase()}_S`;

/** An item has 400 KB at most, its other attributes included: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const PADDING_KB_MAX = 395;

/** @throws Error naming the variable that is missing or no number within its bounds. */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment => {
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
    return value;
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const value = Number(env[name] ?? fallback);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new Error(`the environment variable ${name} has to be an integer from ${min} to ${max}`);
    }
    return value;
  };
  const share = (name: string): number => {
    const value = Number(env[name] ?? 0);
    if (!(value >= 0 && value <= 1)) throw new Error(`the environment variable ${name} has to be a number from 0 to 1`);
    return value;
  };
  const word = <T extends string>(name: string, words: readonly [T, ...T[]]): T => {
    const value = words.find((known) => known === (env[name] ?? words[0]));
    if (value === undefined) throw new Error(`the environment variable ${name} has to be one of ${words.join(', ')}`);
    return value;
  };
  const optional = (name: string): string | null => env[name] || null;
  const tokenSecret = required('TOKEN_SECRET');
  if (tokenSecret.length < 32) throw new Error('the environment variable TOKEN_SECRET has to have at least 32 characters');
  return {
    tables: Object.fromEntries(tableNames.map((name) => [name, required(`TABLE_${name.toUpperCase()}`)])) as Record<TableName, string>,
    redisUrl: env['REDIS_URL'],
    keyPrefix: env['REDIS_KEY_PREFIX'] ?? 'game:',
    tokenSecret,
    tokenTtlS: integer('TOKEN_TTL_S', HOUR_S, 60, DAY_S),
    refreshTtlS: integer('REFRESH_TTL_S', 30 * DAY_S, HOUR_S, 365 * DAY_S),
    // 2^15 with p=3 is one of the equally strong settings that OWASP recommends, and needs 32 MB of a function's 256.
    // https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
    passwordCost: integer('PASSWORD_COST', 15, 8, 17),
    auctionDurationS: integer('AUCTION_DURATION_S', DAY_S, 60, 7 * DAY_S),
    soldKeptS: integer('SOLD_KEPT_S', 7 * DAY_S, 60, 30 * DAY_S),
    chatKeptS: integer('CHAT_KEPT_S', 7 * DAY_S, 60, 30 * DAY_S),
    taskKeptS: integer('TASK_KEPT_S', HOUR_S, 60, DAY_S),
    engineConcurrency: integer('ENGINE_CONCURRENCY', 100, 1, 1000), // guess: tune
    taskAttemptsMax: integer('TASK_ATTEMPTS_MAX', 3, 0, 1000),
    seemingCpuUnits: env['SEEMING_CPU_UNITS'] === undefined ? null : integer('SEEMING_CPU_UNITS', 0, 1, 16 * 1024),
    cacheTtlS: Object.fromEntries(
      Object.entries(CACHE_TTL_S).map(([kind, ttlS]) => [kind, integer(cacheTtlVariable(kind as CachedKind), ttlS, 1, HOUR_S)]),
    ) as Record<CachedKind, number>,
    apiUrl: optional('API_URL'),
    engineUrl: optional('ENGINE_URL'),
    operations: {
      readinessWindowS: integer('READINESS_WINDOW_S', 900, 1, DAY_S),
      optimisationWindowS: integer('OPTIMISATION_WINDOW_S', 6 * HOUR_S, 1, 7 * DAY_S),
      metricPeriodS: integer('METRIC_PERIOD_S', 60, 1, HOUR_S),
    },
    mistakes: {
      auctionsByItem: word('AUCTIONS_BY_ITEM', ['index', 'scan']),
      marketReads: word('MARKET_READS', ['page', 'n-plus-one']),
      itemPaddingKb: integer('ITEM_PADDING_KB', 0, 0, PADDING_KB_MAX),
      marketLockMs: integer('MARKET_LOCK_MS', 0, 0, 2000),
      marketSearches: word('MARKET_SEARCHES', ['free', 'counted']),
      cacheWarming: word('CACHE_WARMING', ['on', 'off']),
      cachePaddingKb: integer('CACHE_PADDING_KB', 0, 0, 10_000),
      chatEcho: integer('CHAT_ECHO', 1, 1, 100),
      errorShare: share('ERROR_SHARE'),
      taskCpuMs: integer('TASK_CPU_MS', 4, 0, 60_000), // guess: tune
      poisonedTaskShare: share('POISONED_TASK_SHARE'),
      leakKb: integer('LEAK_KB', 0, 0, 100_000),
      logWaitMs: integer('LOG_WAIT_MS', 0, 0, 10_000),
    },
  };
};

let read: Environment | undefined;

/** The environment of this process, read at first use. */
export const environment = (): Environment => {
  read ??= readEnvironment(process.env);
  return read;
};
