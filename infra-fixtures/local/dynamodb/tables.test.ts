import { PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { database, tableName } from '../../game/database.ts';
import { tableDefinition, tableNames } from '../../game/definition.ts';
import { gameEnvironment } from '../stack-environment.ts';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from './in-memory-dynamodb.ts';
import { createWorld, deleteTables, tableRequest } from './tables.ts';
import { deleteExpiredPage } from './time-to-live.ts';

let store: InMemoryDynamoDb;
beforeAll(async () => {
  store = await startInMemoryDynamoDb();
  Object.assign(process.env, gameEnvironment('test', { dynamodb: false }), { AWS_ENDPOINT_URL_DYNAMODB: store.endpoint });
  await createWorld(Date.now());
});
afterAll(async () => {
  await deleteTables();
  database().destroy();
  await store.stop();
});

const count = async (table: (typeof tableNames)[number]): Promise<number | undefined> =>
  (await database().send(new ScanCommand({ TableName: tableName(table), Select: 'COUNT' }))).Count;

it('is seeded as the contract says', async () => {
  expect(await count('items')).toBe(100);
  expect(await count('auctions')).toBe(500);
  expect(await count('guilds')).toBe(40); // twenty guilds and their founders
});

it('has the tables and indexes of the reference stack', () => {
  expect(tableRequest('characters', tableDefinition('characters'))).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'characterId', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [{ IndexName: 'userId-index' }, { IndexName: 'level-experience-index' }, { IndexName: 'lastActiveAt-index' }],
  });
  expect(tableRequest('items', tableDefinition('items'))).toMatchObject({
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 10 },
  });
  const indexes = tableNames.flatMap((name) => Object.keys(tableDefinition(name).indexes).map((index) => `${name}.${index}`));
  expect(indexes).toEqual([
    'users.email-index',
    'characters.userId-index',
    'characters.level-experience-index',
    'characters.lastActiveAt-index',
    'auctions.status-expires-index',
    'auctions.itemId-price-index',
  ]);
});

it('deletes what has expired, page by page, from indexes too, and nothing else', async () => {
  const put = (auctionId: string, goneAtS: number) =>
    database().send(new PutCommand({ TableName: tableName('auctions'), Item: { auctionId, openItemId: 'item-900', price: 1, goneAtS } }));
  await Promise.all([put('over', 999), put('on the second', 1000), put('later', 1001)]);
  let from: Record<string, unknown> | undefined;
  let pages = 0;
  do {
    from = await deleteExpiredPage('auctions', from, 1000);
    pages++;
  } while (from !== undefined);
  expect(pages).toBe(2); // 503 items, 500 a page
  expect(await count('auctions')).toBe(502);
  const { Items } = await database().send(
    new QueryCommand({
      TableName: tableName('auctions'),
      IndexName: 'itemId-price-index',
      KeyConditionExpression: 'openItemId = :item',
      ExpressionAttributeValues: { ':item': 'item-900' },
    }),
  );
  expect(Items?.map((item) => item['auctionId']).sort()).toEqual(['later', 'on the second']);
});
