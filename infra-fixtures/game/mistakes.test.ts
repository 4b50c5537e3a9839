import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { restEvent } from '../local/gateway/gateway-events.ts';
import { routeTable } from '../local/gateway/routes.ts';
import { type RespServer, startRespServer } from '../local/redis/resp-server.ts';
import { endpointEnvironment, gameEnvironment } from '../local/stack-environment.ts';
import type { Auction } from './auctions.ts';
import { redis } from './cache.ts';
import { database, tableName } from './database.ts';
import { environment } from './environment.ts';
import { handler as character } from './functions/character.ts';
import { handler as chat } from './functions/chat.ts';
import { handler as leaderboards } from './functions/leaderboards.ts';
import { handler as marketplace } from './functions/marketplace.ts';
import { withMarketLock } from './market-lock.ts';
import { accessToken } from './tokens.ts';

/** What a bad release does to the game: the same answers, at another price. */
let cache: RespServer;
let store: InMemoryDynamoDb;
let sockets: Server;
/** Frames by connection, as the WebSocket API's management side gets them. */
const posted: { connectionId: string; type: string }[] = [];
beforeAll(async () => {
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
  cache = await startRespServer({ memoryMaxBytes: 10_000_000 });
  store = await startInMemoryDynamoDb();
  sockets = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { type } = JSON.parse(Buffer.concat(chunks).toString()) as { type: string };
    posted.push({ connectionId: (request.url ?? '').split('/').at(-1) ?? '', type });
    response.end();
  });
  await new Promise<void>((resolve) => void sockets.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI'] = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  Object.assign(
    process.env,
    gameEnvironment('test', { dynamodb: false }),
    endpointEnvironment({ dynamodb: store.endpoint, redis: `redis://127.0.0.1:${cache.port}` }),
  );
  await createWorld(Date.now());
});
afterAll(async () => {
  (await redis()).destroy();
  database().destroy();
  await cache.stop();
  sockets.closeAllConnections();
  sockets.close();
  await store.stop();
});

const mistakes = () => environment().mistakes;
let neutral: ReturnType<typeof mistakes>;
beforeAll(() => {
  neutral = { ...mistakes() };
});
afterEach(() => {
  Object.assign(mistakes(), neutral);
  vi.restoreAllMocks();
});

const find = routeTable();
const handlers = { marketplace, character, leaderboards };

/** As the player of the first seeded character. */
const call = async (method: string, url: string, body?: object): Promise<Record<string, unknown>> => {
  const match = find(method, url.split('?')[0] ?? '');
  if (match === null) throw new Error(`no route ${method} ${url}`);
  const { token } = await accessToken({ userId: 'u-seed-001', name: 'Automaton 1' });
  const rawHeaders = ['Host', '127.0.0.1', 'Authorization', `Bearer ${token}`];
  const request = { method, url, rawHeaders, httpVersion: '1.1', sourceIp: '127.0.0.1', port: 80 };
  const event = restEvent({ ...request, match, body: body === undefined ? null : JSON.stringify(body), atMs: Date.now() });
  const answer = await handlers[match.functionName as keyof typeof handlers](event, { awsRequestId: 'test' } as Context);
  return JSON.parse(answer.body) as Record<string, unknown>;
};

/** The commands that the database gets meanwhile. */
const commandsOf = async (work: () => Promise<unknown>): Promise<object[]> => {
  const send = vi.spyOn(database(), 'send');
  await work();
  return send.mock.calls.map(([command]) => command);
};
const countOf = (commands: object[], kind: new (...args: never[]) => object): number =>
  commands.filter((command) => command instanceof kind).length;

it('is neutral unless it is told otherwise', () => {
  expect(neutral).toEqual({
    auctionsByItem: 'index',
    marketReads: 'page',
    itemPaddingKb: 0,
    marketLockMs: 0,
    marketSearches: 'free',
    cacheWarming: 'on',
    cachePaddingKb: 0,
    chatEcho: 1,
    errorShare: 0,
    leakKb: 0,
    poisonedTaskShare: 0,
    taskCpuMs: 4,
    logWaitMs: 0,
  });
});

it('AUCTIONS_BY_ITEM=scan gives the same offers, by reading all', async () => {
  const url = '/market/items/item-008/auctions?maxPrice=400&limit=3';
  const byIndex = await call('GET', url);
  expect((byIndex['auctions'] as Auction[]).length).toBeGreaterThan(1);
  mistakes().auctionsByItem = 'scan';
  let byScan: unknown;
  const commands = await commandsOf(async () => {
    byScan = await call('GET', url);
  });
  expect(byScan).toEqual(byIndex);
  expect(countOf(commands, ScanCommand)).toBeGreaterThan(0);
  expect(countOf(commands, QueryCommand)).toBe(0);
});

it('MARKET_READS=n-plus-one gives the same list, with two more reads for each auction, one after the other', async () => {
  const url = '/market/auctions?limit=10';
  const atOnce = await call('GET', url);
  mistakes().marketReads = 'n-plus-one';
  let underWay = 0;
  let mostUnderWay = 0;
  const send = database().send.bind(database());
  vi.spyOn(database(), 'send').mockImplementation(async (...args: Parameters<typeof send>) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    return (send(...args) as unknown as Promise<unknown>).finally(() => underWay--) as never;
  });
  expect(await call('GET', url)).toEqual(atOnce);
  expect(vi.mocked(database().send).mock.calls.filter(([command]) => (command as object) instanceof GetCommand)).toHaveLength(20);
  expect(mostUnderWay).toBe(1);
});

it('ITEM_PADDING_KB makes characters large, and shows nobody why', async () => {
  const create = async () => String((await call('POST', '/characters', { name: 'Vast', class: 'tinkerer' }))['characterId']);
  const portraitOf = async (characterId: string): Promise<unknown> =>
    (await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId } }))).Item?.['portrait'];
  expect(await portraitOf(await create())).toBeUndefined();
  mistakes().itemPaddingKb = 40;
  const large = await create();
  expect(await portraitOf(large)).toHaveLength(40 * 1024);
  expect(await call('GET', `/characters/${large}`)).not.toHaveProperty('portrait');
});

it('MARKET_SEARCHES=counted writes one item with every search', async () => {
  const searches = async () =>
    (await database().send(new GetCommand({ TableName: tableName('auctions'), Key: { auctionId: 'searches' } }))).Item?.['searches'];
  await call('GET', '/market/auctions');
  expect(await searches()).toBeUndefined();
  mistakes().marketSearches = 'counted';
  for (let search = 0; search < 3; search++) await call('GET', '/market/auctions');
  expect(await searches()).toBe(3);
});

it('MARKET_LOCK_MS lets one at a time into the market, each the longer the more wait', async () => {
  mistakes().marketLockMs = 20;
  let inside = 0;
  const seen: number[] = [];
  const enter = () =>
    withMarketLock(async () => {
      seen.push(++inside);
      await Promise.resolve();
      inside--;
    });
  const took = async (entries: number): Promise<number> => {
    const begunAt = performance.now();
    await Promise.all(Array.from({ length: entries }, enter));
    return performance.now() - begunAt;
  };
  const aloneMs = await took(1);
  const manyMs = await took(12);
  expect(seen).toEqual(Array(13).fill(1));
  expect(aloneMs).toBeGreaterThanOrEqual(19);
  // 12 times 20 ms, and 5 % of that for each of the 11 + 10 + … that waited.
  expect(manyMs).toBeGreaterThan(12 * 20 + 20 * 0.05 * 66 * 0.9);
});

it('frees the lock when the work fails, and asks for none without the mistake', async () => {
  const failing = () => withMarketLock(() => Promise.reject(new Error('no such thing')));
  mistakes().marketLockMs = 1;
  await expect(failing()).rejects.toThrow('no such thing');
  await expect(withMarketLock(async () => 'done')).resolves.toBe('done');
  mistakes().marketLockMs = 0;
  const send = vi.spyOn(await redis(), 'sAdd');
  await withMarketLock(async () => 'done');
  expect(send).not.toHaveBeenCalled();
});

it('ERROR_SHARE fails that share of the invocations', async () => {
  Object.assign(mistakes(), { errorShare: 0.5 });
  const chance = vi.spyOn(Math, 'random');
  for (const [value, fails] of [
    [0, true],
    [0.49, true],
    [0.5, false],
    [0.99, false],
  ] as const) {
    chance.mockReturnValue(value);
    const answer = call('GET', '/leaderboards/level?limit=1');
    if (fails) await expect(answer).rejects.toThrow(TypeError);
    else await expect(answer).resolves.toHaveProperty('entries');
  }
});

/** What the WebSocket API hands on: a route, and the frame. */
const frame = (connectionId: string, routeKey: string, fields: object): Promise<unknown> =>
  chat(
    { requestContext: { connectionId, routeKey }, body: JSON.stringify(fields), ...fields } as unknown as Parameters<typeof chat>[0],
    {
      awsRequestId: 'test',
    } as Context,
  );

it('CHAT_ECHO posts each message as often to each member, and nothing else', async () => {
  const { token } = await accessToken({ userId: 'u-seed-001', name: 'Automaton 1' });
  for (const connectionId of ['ada', 'bob']) {
    await frame(connectionId, '$connect', { queryStringParameters: { token } });
    await frame(connectionId, '$default', { action: 'join', channel: 'guild' });
  }
  const say = async () => {
    posted.length = 0;
    await frame('ada', '$default', { action: 'send', channel: 'guild', text: 'steam', clientMessageId: 'm', sentAt: 1 });
    return posted
      .filter(({ type }) => type === 'message')
      .map(({ connectionId }) => connectionId)
      .sort();
  };
  expect(await say()).toEqual(['ada', 'bob']);
  mistakes().chatEcho = 3;
  expect(await say()).toEqual(['ada', 'ada', 'ada', 'bob', 'bob', 'bob']);
  posted.length = 0;
  await frame('ada', '$default', { action: 'ping', sentAt: 1 });
  expect(posted).toEqual([{ connectionId: 'ada', type: 'pong' }]);
});
