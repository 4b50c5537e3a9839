import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { type RespServer, startRespServer } from '../local/redis/resp-server.ts';
import { endpointEnvironment, gameEnvironment } from '../local/stack-environment.ts';
import { openAuction } from './auctions.ts';
import { cachedJson, redis } from './cache.ts';
import { database, tableName } from './database.ts';
import { environment } from './environment.ts';
import { handler as batch } from './functions/batch.ts';
import { handler as cacheWarming } from './functions/cache-warming.ts';
import { handler as healthCheck } from './functions/health-check.ts';
import { handler as optimisation } from './functions/optimisation.ts';
import { handler as readiness } from './functions/readiness.ts';
import { guildPage } from './guild-lists.ts';
import { topByLevel } from './leaderboard-lists.ts';
import { firstOpenAuctions } from './market-lists.ts';

/**
 * The operations jobs on a real database and cache. CloudWatch is a double that knows what each metric was: it speaks the protocol of the real client, and
 * nothing else of CloudWatch.
 */
let cache: RespServer;
let store: InMemoryDynamoDb;
let world: Server;
let worldUrl: string;
/** By `metric` or `metric/dimension value`. */
let known: Record<string, number[]> = {};
let healthStatus = 200;

interface Query {
  Id: string;
  MetricStat: { Metric: { MetricName: string; Dimensions: { Value: string }[] }; Period: number };
}

const cloudWatch = (body: string): object => {
  const { MetricDataQueries } = JSON.parse(body) as { MetricDataQueries: Query[] };
  return {
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
      const names = [`${Metric.MetricName}/${Metric.Dimensions.map(({ Value }) => Value).join('/')}`, Metric.MetricName];
      const Values = names.map((name) => known[name]).find((values) => values !== undefined) ?? [];
      return { Id, Values, Timestamps: Values.map((_, index) => 60 * index), StatusCode: 'Complete' };
    }),
  };
};

beforeAll(async () => {
  cache = await startRespServer({ memoryMaxBytes: 10_000_000 });
  store = await startInMemoryDynamoDb();
  world = createServer(async (request, response) => {
    if (request.method === 'GET') return void response.writeHead(healthStatus).end('{}');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    expect(request.headers['x-amz-target']).toBe('GraniteServiceVersion20100801.GetMetricData');
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(cloudWatch(Buffer.concat(chunks).toString())));
  });
  await new Promise<void>((resolve) => void world.listen(0, '127.0.0.1', resolve));
  worldUrl = `http://127.0.0.1:${(world.address() as AddressInfo).port}`;
  Object.assign(
    process.env,
    gameEnvironment('test', { dynamodb: false }),
    endpointEnvironment({ dynamodb: store.endpoint, redis: `redis://127.0.0.1:${cache.port}` }),
    { AWS_ENDPOINT_URL_CLOUDWATCH: worldUrl, API_URL: worldUrl, ENGINE_URL: worldUrl, LOG_LEVEL: 'INFO', AWS_LAMBDA_FUNCTION_NAME: 'jobs' },
  );
  await createWorld(Date.now());
});
afterAll(async () => {
  (await redis()).destroy();
  database().destroy();
  world.closeAllConnections();
  world.close();
  await cache.stop();
  await store.stop();
});

type Logged = Record<string, unknown>;
const logged: Logged[] = [];
beforeAll(() => {
  for (const output of [process.stdout, process.stderr]) {
    vi.spyOn(output, 'write').mockImplementation((line) => logged.push(JSON.parse(String(line)) as Logged) > 0);
  }
});
afterAll(() => {
  vi.restoreAllMocks();
});
afterEach(() => {
  logged.length = 0;
  known = {};
  healthStatus = 200;
});

const context = { awsRequestId: 'test' } as Context;
const metric = (name: string): unknown => logged.find((line) => line[name] !== undefined)?.[name];

it('finds all healthy, and says which part is not', async () => {
  expect(await healthCheck({}, context)).toEqual({
    status: 'ok',
    checks: { api: 'ok', engine: 'ok', database: 'ok', cache: 'ok' },
  });
  expect(metric('HealthChecksFailed')).toBe(0);
  expect(metric('ActivePlayers')).toBeGreaterThanOrEqual(0);
  logged.length = 0;
  healthStatus = 503;
  expect(await healthCheck({}, context)).toMatchObject({ status: 'degraded', checks: { api: 'failed', engine: 'failed', cache: 'ok' } });
  expect(metric('HealthChecksFailed')).toBe(2);
});

it('skips what nobody has said the place of, and looks for heartbeats instead', async () => {
  const { apiUrl, engineUrl } = environment();
  Object.assign(environment(), { apiUrl: null, engineUrl: null });
  expect(await healthCheck({}, context)).toMatchObject({ checks: { api: 'skipped', engine: 'failed' } }); // no engine runs here
  Object.assign(environment(), { apiUrl, engineUrl });
});

const wellKnown = {
  RunningTaskCount: [2, 2],
  CPUUtilization: [20],
  MemoryUtilization: [30],
  EngineCPUUtilization: [2],
  DatabaseMemoryUsagePercentage: [5],
  HealthChecksFailed: [0],
};

it('gives a go when CloudWatch knows of nothing bad, and a no-go with the reason', async () => {
  known = wellKnown;
  expect(await readiness({}, context)).toMatchObject({ decision: 'go' });
  expect(metric('ReadyToDeploy')).toBe(1);
  logged.length = 0;
  known = { ...wellKnown, 'Errors/chat': [0.3, 0.3, 0.4] };
  expect(await readiness({}, context)).toMatchObject({
    decision: 'no-go',
    errors: { state: 'breached', reasons: ['chat-errors: 0.4 against 0.05 in 3 periods'] },
    resources: { state: 'ok' },
  });
  expect(metric('ReadyToDeploy')).toBe(0);
  expect(logged).toContainEqual(expect.objectContaining({ level: 'WARN', message: 'readiness judged', decision: 'no-go' }));
});

it('gives no go when nothing is known', async () => {
  expect(await readiness({}, context)).toMatchObject({ decision: 'no-go', errors: { state: 'ok' }, resources: { state: 'unknown' } });
});

it('warms what players read, under the keys by which they read it', async () => {
  const unread = (key: string): readonly [string, number, () => Promise<never>] => [
    key,
    60,
    () => Promise.reject(new Error(`${key} is cold`)),
  ];
  const keys = [topByLevel(10), firstOpenAuctions(), guildPage('guild-07')].map(([key]) => key);
  environment().mistakes.cacheWarming = 'off';
  expect(await cacheWarming({}, context)).toEqual({ status: 'off', entries: 0 });
  for (const key of keys) await expect(cachedJson(...unread(key))).rejects.toThrow('is cold');
  environment().mistakes.cacheWarming = 'on';
  expect(await cacheWarming({}, context)).toEqual({ status: 'warmed', entries: 28 });
  const [board, auctions, guild] = (await Promise.all(keys.map((key) => cachedJson(...unread(key))))).map((json) => JSON.parse(json));
  expect(board.entries).toHaveLength(10);
  expect(auctions.auctions).toHaveLength(50);
  expect(guild).toMatchObject({ guildId: 'guild-07', members: ['character-007'] });
});

const unitsOf = async (table: 'guilds' | 'items'): Promise<(number | undefined)[]> => {
  const { Table } = await database().send(new DescribeTableCommand({ TableName: tableName(table) }));
  return [Table?.ProvisionedThroughput?.ReadCapacityUnits, Table?.ProvisionedThroughput?.WriteCapacityUnits];
};

it('gives a table that is throttled more units, records it, and says next time whether that helped', async () => {
  known = {
    'ConsumedReadCapacityUnits/guilds': [300, 600],
    'ConsumedWriteCapacityUnits/guilds': [200, 210],
    'ReadThrottleEvents/guilds': [0, 40],
    'ConcurrentExecutions/auth': [3],
    CacheHits: [50],
    CacheMisses: [950],
  };
  const change = { table: 'guilds', from: { readUnits: 10, writeUnits: 5 }, to: { readUnits: 15, writeUnits: 5 }, throttlesBefore: 40 };
  expect(await optimisation({}, context)).toMatchObject({
    changes: [{ ...change, applied: true }],
    outcomes: [],
    recommendations: [expect.stringContaining('auth had 3 at once'), expect.stringContaining('5 % of 1000 requests were hits')],
  });
  await expect.poll(() => unitsOf('guilds')).toEqual([15, 5]);
  expect(metric('Optimisations')).toBe(1);

  known = { 'ConsumedReadCapacityUnits/guilds': [600, 610], 'ConsumedWriteCapacityUnits/guilds': [200], 'ReadThrottleEvents/guilds': [2] };
  expect(await optimisation({}, context)).toMatchObject({ outcomes: [{ table: 'guilds', outcome: 'helped' }] });
});

it('changes nothing of which it knows nothing', async () => {
  const before = await unitsOf('items');
  expect(await optimisation({}, context)).toMatchObject({ changes: [], recommendations: [] });
  expect(await unitsOf('items')).toEqual(before);
});

it('closes the auctions past their end, and no other', async () => {
  const now = Date.now();
  const auction = { sellerId: 'character-001', itemId: 'item-001', quantity: 1, price: 1, createdAt: 0 };
  const ended = Array.from({ length: 7 }, (_, index) =>
    openAuction({ ...auction, auctionId: `ended-${index}`, expiresAt: now - 1000 - index }),
  );
  const open = openAuction({ ...auction, auctionId: 'open', expiresAt: now + 60_000 });
  for (const Item of [...ended, open]) await database().send(new PutCommand({ TableName: tableName('auctions'), Item }));
  expect(await batch({}, context)).toEqual({ auctionsClosed: 7 });
  expect(metric('AuctionsExpired')).toBe(7);
  const stored = async (auctionId: string) =>
    (await database().send(new GetCommand({ TableName: tableName('auctions'), Key: { auctionId } }))).Item;
  expect(await stored('ended-3')).toMatchObject({ status: 'expired' });
  expect(await stored('ended-3')).not.toHaveProperty('openShard');
  expect(await stored('open')).toMatchObject({ status: 'open', openShard: open.openShard });
  expect(await batch({}, context)).toEqual({ auctionsClosed: 0 });
});

it('collects the progress of absent players once, and sends back what it can not read', async () => {
  const characterOf = async () =>
    (await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId: 'character-002' } }))).Item;
  const before = await characterOf();
  const record = (messageId: string, body: string) => ({ messageId, body });
  const Records = [record('m1', '{"characterId":"character-002"}'), record('m2', 'nonsense'), record('m3', '{"characterId":"nobody"}')];
  expect(await batch({ Records } as Parameters<typeof batch>[0], context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  const after = await characterOf();
  expect(after?.['experience']).toBeGreaterThan(before?.['experience']);
  expect(after?.['lastActiveAt']).toBe(before?.['lastActiveAt']); // nobody was there
});
