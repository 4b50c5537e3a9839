import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { type RespServer, startRespServer } from '../local/redis/resp-server.ts';
import { endpointEnvironment, gameEnvironment } from '../local/stack-environment.ts';
import { type Auction, openAuction } from './auctions.ts';
import { cachedJson, forget, redis } from './cache.ts';
import { database } from './database.ts';
import { CACHE_TTL_S } from './environment.ts';
import { type AuctionPage, firstOpenAuctions, headOf, offered, openAuctions, sold } from './market-lists.ts';

/** The market's lists on a real database and cache. */
let cache: RespServer;
let store: InMemoryDynamoDb;
beforeAll(async () => {
  cache = await startRespServer({ memoryMaxBytes: 10_000_000 });
  store = await startInMemoryDynamoDb();
  const endpoints = endpointEnvironment({ dynamodb: store.endpoint, redis: `redis://127.0.0.1:${cache.port}` });
  for (const [name, value] of Object.entries({ ...gameEnvironment('test', { dynamodb: false }), ...endpoints })) vi.stubEnv(name, value);
  await createWorld(Date.now());
});
afterAll(async () => {
  (await redis()).destroy();
  database().destroy();
  await store.stop();
  await cache.stop();
  vi.unstubAllEnvs();
});
beforeEach(() => forget(firstOpenAuctions()[0]));

const first = async (): Promise<AuctionPage> => JSON.parse(await cachedJson(...firstOpenAuctions())) as AuctionPage;
const idsOf = ({ auctions }: AuctionPage): string[] => auctions.map(({ auctionId }) => auctionId);
/** Whether the database was asked for it. */
const loads = async (work: () => Promise<unknown>): Promise<boolean> => {
  const send = vi.spyOn(database(), 'send');
  await work();
  const asked = send.mock.calls.length > 0;
  send.mockRestore();
  return asked;
};

it('keeps all that is cached for 5 to 60 minutes', () => {
  for (const ttlS of Object.values(CACHE_TTL_S)) {
    expect(ttlS).toBeGreaterThanOrEqual(300);
    expect(ttlS).toBeLessThanOrEqual(3600);
  }
});

it('takes a sold auction off the page that is kept, without asking the database', async () => {
  const before = idsOf(await first());
  await sold(before[3] ?? '');
  expect(await loads(async () => expect(idsOf(await first())).toEqual(before.toSpliced(3, 1)))).toBe(false);
});

it('loads the page anew once it has become short', async () => {
  const before = idsOf(await first());
  expect(before).toHaveLength(50);
  for (const id of before.slice(0, 30)) await sold(id);
  expect(await loads(first)).toBe(false);
  await sold(before[30] ?? '');
  expect(await loads(first)).toBe(true);
});

it('shows a new auction at once only where the page is all there is', async () => {
  await first();
  await offered();
  expect(await loads(first)).toBe(false);
});

it('goes from any head of the kept page through the whole market, each auction once', async () => {
  const whole: string[] = [];
  let page = headOf(await first(), 7);
  for (;;) {
    whole.push(...idsOf(page));
    if (page.cursor === undefined) break;
    page = await openAuctions(40, page.cursor);
  }
  expect(new Set(whole).size).toBe(whole.length);
  expect(whole.slice(0, 50)).toEqual(idsOf(await first()));
});

it('leaves out of the head what has ended since the page was kept', () => {
  const auction = (auctionId: string, expiresAt: number): Auction => {
    const {
      openShard: _a,
      expiresKey: _b,
      openItemId: _c,
      goneAtS: _d,
      ...shown
    } = openAuction({
      ...{ auctionId, sellerId: 's', itemId: 'item-001', quantity: 1, price: 1, createdAt: 0, expiresAt },
    });
    return shown;
  };
  const now = Date.now();
  const kept = { auctions: [auction('over', now - 1), auction('a', now + 9999), auction('b', now + 9999)] };
  expect(idsOf(headOf(kept, 1))).toEqual(['a']);
  expect(headOf(kept, 1).cursor).toContain('#a');
  expect(headOf(kept, 2)).toEqual({ auctions: kept.auctions.slice(1) });
});
