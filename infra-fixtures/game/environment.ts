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
  cacheTtlS: { items: number; guilds: number; leaderboards: number; auctions: number };
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

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
    // "5 to 60 minutes by volatility" (reference stack). Open auctions are more volatile than that: after minutes most of the list would be sold.
    cacheTtlS: {
      items: integer('CACHE_ITEMS_S', HOUR_S, 1, HOUR_S),
      guilds: integer('CACHE_GUILDS_S', 600, 1, HOUR_S),
      leaderboards: integer('CACHE_LEADERBOARDS_S', 300, 1, HOUR_S),
      auctions: integer('CACHE_AUCTIONS_S', 5, 1, HOUR_S),
    },
  };
};

let read: Environment | undefined;

/** The environment of this process, read at first use. */
export const environment = (): Environment => {
  read ??= readEnvironment(process.env);
  return read;
};
