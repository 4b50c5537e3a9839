import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { restEvent } from '../local/gateway/gateway-events.ts';
import { routeTable } from '../local/gateway/routes.ts';
import { gameEnvironment } from '../local/stack-environment.ts';
import { type Auction, openAuction } from './auctions.ts';
import { database, tableName } from './database.ts';
import { handler } from './functions/marketplace.ts';
import { accessToken } from './tokens.ts';

/** What of the market can't be seen from outside, or takes longer than a test: the ledger, and auctions past their end. */
let store: InMemoryDynamoDb;
beforeAll(async () => {
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
  store = await startInMemoryDynamoDb();
  Object.assign(process.env, gameEnvironment('test', { dynamodb: false }), { AWS_ENDPOINT_URL_DYNAMODB: store.endpoint });
  await createWorld(Date.now());
});
afterAll(async () => {
  database().destroy();
  await store.stop();
});

const find = routeTable();
/** As the player of the first seeded character. */
const call = async (method: string, url: string, body?: object): Promise<unknown> => {
  const match = find(method, url.split('?')[0] ?? '');
  if (match === null) throw new Error(`no route ${method} ${url}`);
  const { token } = await accessToken({ userId: 'u-seed-001', name: 'Automaton 1' });
  const event = restEvent({
    method,
    url,
    rawHeaders: ['Host', '127.0.0.1', 'Authorization', `Bearer ${token}`],
    httpVersion: '1.1',
    sourceIp: '127.0.0.1',
    port: 80,
    match,
    body: body === undefined ? null : JSON.stringify(body),
    atMs: Date.now(),
  });
  return JSON.parse((await handler(event, { awsRequestId: 'test' } as Context)).body);
};

const characterId = 'character-001';

it('books both sides of a sale, also when they are the same character', async () => {
  const { auctionId } = (await call('POST', '/market/auctions', { characterId, itemId: 'item-001', quantity: 1, price: 70 })) as Auction;
  await call('POST', `/market/auctions/${auctionId}/purchase`, { characterId });
  const { Items = [] } = await database().send(
    new QueryCommand({
      TableName: tableName('transactions'),
      KeyConditionExpression: 'characterId = :me',
      ExpressionAttributeValues: { ':me': characterId },
    }),
  );
  expect(Items.map((entry) => entry['gold'] as number).sort((a, b) => a - b)).toEqual([-70, 70]);
});

it('lists no auction past its end, however old the cursor is', async () => {
  const now = Date.now();
  const ended = { sellerId: characterId, itemId: 'item-001', quantity: 1, price: 1, createdAt: 0, expiresAt: now - 1000 };
  await database().send(new PutCommand({ TableName: tableName('auctions'), Item: openAuction({ auctionId: 'ended', ...ended }) }));
  const { auctions } = (await call('GET', '/market/auctions?cursor=000000000000000%23x&limit=50')) as { auctions: Auction[] };
  expect(auctions).toHaveLength(50);
  expect(auctions.filter(({ expiresAt }) => expiresAt <= now)).toEqual([]);
});
