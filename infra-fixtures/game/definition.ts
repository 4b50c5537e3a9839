/**
 * What the game consists of: its tables and its functions, once. The local host starts them from here and the AWS deployment is to be made from
 * here. Figures are those of the reference stack (shared with the team that deploys it); what it leaves open says "guess: tune".
 */

interface Key {
  name: string;
  type: 'S' | 'N';
}

interface IndexDefinition {
  partitionKey: Key;
  sortKey?: Key;
  /** Attributes kept in the index besides its keys and the table's. */
  projection: 'ALL' | readonly string[];
}

export interface TableDefinition {
  partitionKey: Key;
  sortKey?: Key;
  indexes: Readonly<Record<string, IndexDefinition>>;
  billing: 'on-demand' | { readUnits: number; writeUnits: number };
  /** Attribute with the epoch second after which the item may go (DynamoDB's time to live). */
  timeToLive?: string;
}

const string = (name: string): Key => ({ name, type: 'S' });
const number = (name: string): Key => ({ name, type: 'N' });

/** Guilds and items are small and read through the cache, so provisioned capacity pays. Units: guess, tune. */
const PROVISIONED = { readUnits: 10, writeUnits: 5 };

const tables = {
  users: {
    partitionKey: string('userId'),
    indexes: { 'email-index': { partitionKey: string('email'), projection: 'ALL' } },
    billing: 'on-demand',
  },
  inventory: { partitionKey: string('characterId'), sortKey: string('itemId'), indexes: {}, billing: 'on-demand' },
  /** The ledger of sales. */
  transactions: { partitionKey: string('characterId'), sortKey: string('transactionId'), indexes: {}, billing: 'on-demand' },
  characters: {
    partitionKey: string('characterId'),
    indexes: {
      'userId-index': { partitionKey: string('userId'), projection: 'ALL' },
      'level-experience-index': { partitionKey: number('level'), sortKey: number('experience'), projection: ['name'] },
      // Everybody's last activity in one item collection would be one hot partition, so it is spread over `activeShard`.
      'lastActiveAt-index': { partitionKey: string('activeShard'), sortKey: number('lastActiveAt'), projection: ['name'] },
    },
    billing: 'on-demand',
  },
  /** Messages; who is in a channel right now is presence, and lives in Redis. */
  chat: {
    partitionKey: string('channel'),
    sortKey: string('messageId'),
    indexes: {},
    billing: 'on-demand',
    timeToLive: 'goneAtS',
  },
  connections: { partitionKey: string('connectionId'), indexes: {}, billing: 'on-demand', timeToLive: 'goneAtS' },
  /** Index keys exist on open auctions only: a sale removes them, so both indexes stay as small as the market. */
  auctions: {
    partitionKey: string('auctionId'),
    indexes: {
      'status-expires-index': { partitionKey: string('openShard'), sortKey: string('expiresKey'), projection: 'ALL' },
      'itemId-price-index': { partitionKey: string('openItemId'), sortKey: number('price'), projection: 'ALL' },
    },
    billing: 'on-demand',
    timeToLive: 'goneAtS',
  },
  /** `directory#<shard>` holds the guilds themselves, `<guildId>` their members: listing needs neither a scan nor an index. */
  guilds: { partitionKey: string('partition'), sortKey: string('entry'), indexes: {}, billing: PROVISIONED },
  /** One partition, `catalogue`: a hundred small definitions that are cached for an hour. */
  items: { partitionKey: string('partition'), sortKey: string('itemId'), indexes: {}, billing: PROVISIONED },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof tables;
export const tableNames = Object.keys(tables) as TableName[];

export interface FunctionDefinition {
  memoryMb: number;
  timeoutS: number;
  /** Concurrent executions that are kept for this function and that it may not exceed; without it it takes from what the account has left. */
  reservedConcurrency?: number;
  /** Invoked by the scheduler, with an empty event. */
  everyS?: number;
  /** Invoked with the messages of a queue of its own (SQS) as well. The local stack has no SQS: there it is the schedule alone. */
  queue?: boolean;
  /** Open to everybody: no token is asked for. */
  open?: boolean;
  /** `METHOD /resource/{parameter}` of the REST API. */
  routes?: readonly string[];
  /** Routes of the WebSocket API. */
  socketRoutes?: readonly string[];
}

const BATCH = { memoryMb: 1024, timeoutS: 300 } as const;

/** A function's handler is the export `handler` of `functions/<name>`. */
const functions = {
  auth: {
    memoryMb: 256,
    timeoutS: 15,
    reservedConcurrency: 100,
    open: true,
    routes: ['POST /auth/register', 'POST /auth/sign-in', 'POST /auth/refresh'],
  },
  character: {
    memoryMb: 512,
    timeoutS: 30,
    routes: ['POST /characters', 'GET /characters', 'GET /characters/{id}', 'PATCH /characters/{id}'],
  },
  activity: {
    memoryMb: 512,
    timeoutS: 15,
    routes: [
      'GET /characters/{id}/activity',
      'PUT /characters/{id}/activity',
      'POST /characters/{id}/tasks',
      'GET /characters/{id}/tasks/{taskId}',
    ],
  },
  offline: { memoryMb: 1024, timeoutS: 60, routes: ['POST /characters/{id}/offline-progress'] },
  inventory: {
    memoryMb: 512,
    timeoutS: 30,
    routes: ['GET /characters/{id}/inventory', 'POST /characters/{id}/inventory/batch', 'GET /items', 'GET /items/{itemId}'],
  },
  marketplace: {
    memoryMb: 512,
    timeoutS: 30,
    routes: [
      'GET /market/auctions',
      'GET /market/items/{itemId}/auctions',
      'POST /market/auctions',
      'GET /market/auctions/{id}',
      'POST /market/auctions/{id}/purchase',
    ],
  },
  guilds: {
    memoryMb: 512,
    timeoutS: 30,
    routes: ['GET /guilds', 'POST /guilds', 'GET /guilds/{id}', 'POST /guilds/{id}/members', 'DELETE /guilds/{id}/members/{characterId}'],
  },
  leaderboards: { memoryMb: 512, timeoutS: 30, routes: ['GET /leaderboards/level', 'GET /leaderboards/active'] },
  /** Memory and timeout: guess, as the smallest of the others. */
  health: { memoryMb: 256, timeoutS: 15, open: true, routes: ['GET /health'] },
  chat: { memoryMb: 512, timeoutS: 15, reservedConcurrency: 300, socketRoutes: ['$connect', '$disconnect', '$default'] },
  /** The operations that run by themselves, each with the memory and timeout of batch operations. */
  batch: { ...BATCH, everyS: 300, queue: true },
  'health-check': { ...BATCH, everyS: 300 },
  readiness: { ...BATCH, everyS: 900 },
  'cache-warming': { ...BATCH, everyS: 1800 },
  optimisation: { ...BATCH, everyS: 21_600 },
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionName = keyof typeof functions;
export const functionNames = Object.keys(functions) as FunctionName[];

type Routes<F extends FunctionName> = (typeof functions)[F] extends { routes: readonly (infer R extends string)[] } ? R : never;
export type RestFunctionName = { [F in FunctionName]: Routes<F> extends never ? never : F }[FunctionName];
export type RouteOf<F extends RestFunctionName> = Routes<F>;

/** The definition as plain data, for those who walk it rather than name its parts. */
export const functionDefinition = (name: FunctionName): FunctionDefinition => functions[name];
export const tableDefinition = (name: TableName): TableDefinition => tables[name];

/** The game engine service: containers rather than functions. Source: the reference stack; what it leaves open says "guess: tune". */
export const engine = {
  cluster: 'game',
  service: 'engine',
  /** A vCPU is 1,024. */
  cpuUnits: 512,
  memoryMb: 1024,
  /** Guess: tune. */
  tasksMin: 2,
  tasksMax: 6,
  /** Target tracking of each; the queue's is waiting and running tasks of the game per task of the service (guess: tune). */
  scaling: { cpuPercent: 70, memoryPercent: 80, activeTasksPerTask: 100, scaleOutCooldownS: 60, scaleInCooldownS: 300 },
  healthCheck: { everyS: 30, timeoutS: 5, failuresMax: 3 },
  deployment: { healthyPercentMin: 50, healthyPercentMax: 200 },
} as const;

/** The Redis cache. A cache.t3.micro has 0.5 GiB, of which a quarter is kept free for backups and failover, as AWS recommends. */
export const cache = {
  clusterId: 'cache',
  nodeId: '0001',
  nodeType: 'cache.t3.micro',
  memoryMaxBytes: 402_653_184,
  clientsMax: 65_000,
} as const;

/**
 * Both APIs. Rates are API Gateway's defaults for an account:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const restApi = { name: 'api', stage: 'prod', ratePerS: 10_000, burst: 5000, integrationTimeoutS: 29 } as const;
export const socketApi = { name: 'chat', stage: 'prod', idleMaxS: 600, lifeMaxS: 7200, frameMaxBytes: 131_072 } as const;

/** Of the game's own metrics. */
export const metricsNamespace = 'Game';

/** Log groups keep their lines this long; debug ones half of it. */
export const logs = { keptDays: 14, debugKeptDays: 7 } as const;
