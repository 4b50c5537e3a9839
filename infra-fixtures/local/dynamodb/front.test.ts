import { once } from 'node:events';
import { connect } from 'node:net';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  ThrottlingException,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { type TableName, tableDefinition, tableNames } from '../../game/definition.ts';
import { healthySettings, type TableSettings } from '../settings.ts';
import type { Platform } from '../telemetry/platform.ts';
import { externalDynamoDb } from './external-dynamodb.ts';
import { type DynamoDbFront, startDynamoDbFront } from './front.ts';
import { startInMemoryDynamoDb } from './in-memory-dynamodb.ts';
import type { DynamoDbStore } from './store.ts';
import { tableRequest } from './tables.ts';

interface Told {
  name: string;
  dimensions: Record<string, string>;
  value: number;
  unit: string;
}

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});
beforeAll(() => {
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
});

/** A store that doesn't tell what a request took. */
const withoutCapacity = (store: DynamoDbStore): DynamoDbStore => ({
  ...store,
  call: async (request, onWrite) => {
    const { status, body } = await store.call(request, onWrite);
    const { ConsumedCapacity: _, ...rest } = body;
    return { status, body: rest };
  },
});

/** The front with the tables of the definition, a client to it that tries once, and what it told. */
const start = async (
  overrides: Partial<Record<TableName, Partial<TableSettings>>> = {},
  { external = false, prefix = '', silent = false }: { external?: boolean; prefix?: string; silent?: boolean } = {},
) => {
  const inner = await startInMemoryDynamoDb();
  const open: DynamoDbStore = external ? externalDynamoDb(inner.endpoint) : inner;
  const store = silent ? withoutCapacity(open) : open;
  const settings = healthySettings().tables;
  for (const name of tableNames) Object.assign(settings[name], overrides[name]);
  const told: Told[] = [];
  const platform: Platform = {
    metric: (namespace, name, dimensions, value, unit) => {
      expect(namespace).toBe('AWS/DynamoDB');
      told.push({ name, dimensions, value, unit });
    },
    log: () => undefined,
    segment: () => undefined,
    stop: async () => undefined,
  };
  const clock = { ms: 0 };
  const names = Object.fromEntries(tableNames.map((name) => [name, prefix + name])) as Record<TableName, string>;
  const front: DynamoDbFront = await startDynamoDbFront({ store, names, settings, platform, periodS: 60, now: () => clock.ms });
  const direct = new DynamoDBClient({ endpoint: inner.endpoint });
  const client = new DynamoDBClient({ endpoint: front.endpoint, maxAttempts: 1 });
  for (const name of tableNames)
    await direct.send(new CreateTableCommand(tableRequest(names[name], tableDefinition(name), settings[name].billing)));
  stops.push(
    () => inner.stop(),
    () => store.stop(),
    () => front.stop(),
    () => direct.destroy(),
    () => client.destroy(),
  );
  const of = (name: string, dimensions: Record<string, string> = {}): number[] =>
    told.filter((each) => each.name === name && JSON.stringify(each.dimensions) === JSON.stringify(dimensions)).map(({ value }) => value);
  return { inner, front, client, direct, clock, told, of, endpoint: front.endpoint };
};

const item = (guild: string, entry: string, text = '') => ({ partition: { S: guild }, entry: { S: entry }, text: { S: text } });
const put = (TableName: string, Item: ConstructorParameters<typeof PutItemCommand>[0]['Item']) => new PutItemCommand({ TableName, Item });
const ONE_UNIT = { billing: { readUnits: 1, writeUnits: 1 }, burstS: 1 };

it.each([false, true])('counts what a write takes from the table and its indexes (external: %s)', async (external) => {
  const { client, of } = await start({}, { external });
  const Item = { auctionId: { S: 'a' }, openShard: { S: '1' }, expiresKey: { S: '9' }, openItemId: { S: 'i' }, price: { N: '5' } };
  const { ConsumedCapacity } = await client.send(new PutItemCommand({ TableName: 'auctions', Item, ReturnConsumedCapacity: 'INDEXES' }));
  if (external) {
    // dynalite doesn't tell what indexes take; another store does.
    expect(ConsumedCapacity).toMatchObject({ CapacityUnits: 1, Table: { CapacityUnits: 1 } });
    expect(of('ConsumedWriteCapacityUnits', { TableName: 'auctions' })).toEqual([1]);
    return;
  }
  expect(ConsumedCapacity).toEqual({
    TableName: 'auctions',
    CapacityUnits: 3,
    Table: { CapacityUnits: 1 },
    GlobalSecondaryIndexes: { 'status-expires-index': { CapacityUnits: 1 }, 'itemId-price-index': { CapacityUnits: 1 } },
  });
  const index = { TableName: 'auctions', GlobalSecondaryIndexName: 'itemId-price-index' };
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'auctions' })).toEqual([1]);
  expect(of('ConsumedWriteCapacityUnits', index)).toEqual([1]);
  // A new price is a new key of one index: delete and put; the other one has all attributes.
  const update = {
    TableName: 'auctions',
    Key: { auctionId: { S: 'a' } },
    UpdateExpression: 'SET price = :p',
    ExpressionAttributeValues: { ':p': { N: '6' } },
  };
  const answer = await client.send(new UpdateItemCommand({ ...update, ReturnConsumedCapacity: 'TOTAL' }));
  expect(answer.ConsumedCapacity).toEqual({ TableName: 'auctions', CapacityUnits: 4 });
  expect(of('ConsumedWriteCapacityUnits', index)).toEqual([1, 2]);
  const removed = await client.send(
    new DeleteItemCommand({ TableName: 'auctions', Key: { auctionId: { S: 'a' } }, ReturnValues: 'ALL_OLD' }),
  );
  expect(removed.ConsumedCapacity).toBeUndefined(); // it didn't ask
  expect(removed.Attributes?.['price']).toEqual({ N: '6' });
  expect(of('ConsumedWriteCapacityUnits', index)).toEqual([1, 2, 1]);
});

it('counts reads by size, consistency and index, also of what is not there', async () => {
  const { client, of } = await start();
  const dimensions = { TableName: 'guilds' };
  const consumed = (): number | undefined => of('ConsumedReadCapacityUnits', dimensions).at(-1);
  const Key = { partition: { S: 'g' }, entry: { S: '1' } };
  await client.send(new GetItemCommand({ TableName: 'guilds', Key }));
  expect(consumed()).toBe(0.5);
  await client.send(new GetItemCommand({ TableName: 'guilds', Key, ConsistentRead: true }));
  expect(consumed()).toBe(1);
  await client.send(put('guilds', item('g', '1', 'ü'.repeat(2500)))); // 5 KB in UTF-8, 2.5 in characters
  await client.send(new GetItemCommand({ TableName: 'guilds', Key, ConsistentRead: true, ProjectionExpression: 'entry' }));
  expect(consumed()).toBe(2); // the item counts, not what is asked of it
  for (let entry = 2; entry < 12; entry++) await client.send(put('guilds', item('g', String(entry), 'x'.repeat(1000))));
  const query = {
    TableName: 'guilds',
    KeyConditionExpression: '#p = :p AND entry > :one',
    FilterExpression: 'attribute_not_exists(#p2)',
    ExpressionAttributeNames: { '#p': 'partition', '#p2': 'nothing' },
    ExpressionAttributeValues: { ':p': { S: 'g' }, ':one': { S: '1' } },
  };
  const answer = await client.send(new QueryCommand({ ...query, ReturnConsumedCapacity: 'TOTAL' }));
  expect(answer.Count).toBe(10);
  // Ten items of a little more than 1,000 bytes are 3 times 4 KB together, not ten times.
  expect(answer.ConsumedCapacity).toEqual({ TableName: 'guilds', CapacityUnits: 1.5 });
  expect(of('ReturnedItemCount', { ...dimensions, Operation: 'Query' })).toEqual([10]);
  await client.send(new QueryCommand({ ...query, ExpressionAttributeValues: { ':p': { S: 'nobody' }, ':one': { S: '1' } } }));
  expect(consumed()).toBe(0.5);
  const scan = await client.send(new ScanCommand({ TableName: 'guilds', FilterExpression: 'attribute_exists(nothing)' }));
  expect([scan.Count, scan.ConsumedCapacity]).toEqual([0, undefined]);
  expect(consumed()).toBe(2); // all that was read before the filter: 12.7 KB by dynalite's count
  expect(of('ReturnedItemCount', { ...dimensions, Operation: 'Scan' })).toEqual([0]);
  const email = { TableName: 'users', IndexName: 'email-index', KeyConditionExpression: 'email = :e' };
  await client.send(new QueryCommand({ ...email, ExpressionAttributeValues: { ':e': { S: 'a@b.c' } } }));
  expect(of('ConsumedReadCapacityUnits', { TableName: 'users', GlobalSecondaryIndexName: 'email-index' })).toEqual([0.5]);
  expect(of('ConsumedReadCapacityUnits', { TableName: 'users' })).toEqual([]);
});

it('throttles a provisioned table before anything is done, tells why, and lets the SDK try again', async () => {
  const { client, direct, clock, of, endpoint } = await start({ guilds: ONE_UNIT });
  await client.send(put('guilds', item('g', '1')));
  const error = await client.send(put('guilds', item('g', '2'))).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProvisionedThroughputExceededException);
  expect(error).toMatchObject({
    $metadata: { httpStatusCode: 400 },
    message: expect.stringContaining('The level of configured provisioned throughput for the table was exceeded'),
    ThrottlingReasons: [
      { reason: 'TableWriteProvisionedThroughputExceeded', resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/guilds' },
    ],
  });
  expect((await direct.send(new ScanCommand({ TableName: 'guilds' }))).Count).toBe(1);
  for (const name of ['WriteThrottleEvents', 'WriteProvisionedThroughputThrottleEvents'])
    expect(of(name, { TableName: 'guilds' })).toEqual([1]);
  expect(of('ThrottledRequests', { TableName: 'guilds', Operation: 'PutItem' })).toEqual([1]);
  expect([of('ReadThrottleEvents', { TableName: 'guilds' }), of('WriteKeyRangeThroughputThrottleEvents', { TableName: 'guilds' })]).toEqual(
    [[], []],
  );
  expect(of('UserErrors')).toEqual([]);
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([1]);
  // Reads have capacity of their own, and a second brings a unit.
  await client.send(new GetItemCommand({ TableName: 'guilds', Key: { partition: { S: 'g' }, entry: { S: '1' } } }));
  clock.ms += 1000;
  await client.send(put('guilds', item('g', '2')));
  const patient = new DynamoDBClient({ endpoint, maxAttempts: 3 });
  const given = await patient.send(put('guilds', item('g', '3'))).catch((caught: unknown) => caught);
  patient.destroy();
  expect(given).toMatchObject({ name: 'ProvisionedThroughputExceededException', $metadata: { attempts: 3 } });
});

it('throttles a hot partition of a table on demand, and of an index, and nothing beside it', async () => {
  const partition = { readUnits: 2, writeUnits: 2 };
  const { client, of } = await start({ chat: { partition }, auctions: { partition } });
  const message = (channel: string, messageId: string) => put('chat', { channel: { S: channel }, messageId: { S: messageId } });
  await client.send(message('hot', '1'));
  await client.send(message('hot', '2'));
  const error = await client.send(message('hot', '3')).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ThrottlingException);
  expect(error).toMatchObject({ throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }] });
  await client.send(message('cold', '1'));
  expect(of('WriteKeyRangeThroughputThrottleEvents', { TableName: 'chat' })).toEqual([1]);
  expect(of('WriteThrottleEvents', { TableName: 'chat' })).toEqual([1]);
  // Each auction is a partition of the table, but all of them are in one partition of the index: two writes go, the third is seen when all is known.
  const auction = (id: string) => put('auctions', { auctionId: { S: id }, openItemId: { S: 'same' }, price: { N: '1' } });
  await client.send(auction('1'));
  await client.send(auction('2'));
  await expect(client.send(auction('3'))).rejects.toMatchObject({
    throttlingReasons: [{ reason: 'IndexWriteKeyRangeThroughputExceeded', resource: expect.stringMatching(/index\/itemId-price-index$/) }],
  });
  const index = { TableName: 'auctions', GlobalSecondaryIndexName: 'itemId-price-index' };
  expect(of('WriteKeyRangeThroughputThrottleEvents', index)).toEqual([1]);
  expect(of('WriteThrottleEvents', { TableName: 'auctions' })).toEqual([]);
  expect(of('ThrottledRequests', { TableName: 'auctions', Operation: 'PutItem' })).toEqual([1]);
  const Key = { auctionId: { S: '3' } };
  expect((await client.send(new GetItemCommand({ TableName: 'auctions', Key }))).Item).toBeUndefined();
  // A query hits a partition too.
  const query = new QueryCommand({
    TableName: 'chat',
    KeyConditionExpression: 'channel = :c',
    ExpressionAttributeValues: { ':c': { S: 'hot' } },
    ConsistentRead: true,
  });
  await client.send(query);
  await client.send(query);
  await expect(client.send(query)).rejects.toMatchObject({ throttlingReasons: [{ reason: 'TableReadKeyRangeThroughputExceeded' }] });
});

it.each([false, true])('leaves of a batch what it could not do (external: %s)', async (external) => {
  const { client, direct, clock, of } = await start({ guilds: { billing: { readUnits: 2, writeUnits: 2 }, burstS: 1 } }, { external });
  const writes = ['1', '2', '3'].map((entry) => ({ PutRequest: { Item: item('g', entry) } }));
  const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { guilds: writes }, ReturnConsumedCapacity: 'TOTAL' }));
  expect(answer.UnprocessedItems).toEqual({ guilds: [writes[2]] });
  expect(answer.ConsumedCapacity).toEqual([{ TableName: 'guilds', CapacityUnits: 2 }]);
  expect((await direct.send(new ScanCommand({ TableName: 'guilds' }))).Count).toBe(2);
  const dimensions = { TableName: 'guilds' };
  expect(of('WriteThrottleEvents', dimensions)).toEqual([1]);
  expect(of('ThrottledRequests', { ...dimensions, Operation: 'BatchWriteItem' })).toEqual([]);
  const refused = new BatchWriteItemCommand({ RequestItems: { guilds: writes } });
  await expect(client.send(refused)).rejects.toThrow(ProvisionedThroughputExceededException);
  expect(of('ThrottledRequests', { ...dimensions, Operation: 'BatchWriteItem' })).toEqual([1]);
  const Keys = ['1', '2', '3', '4', '5'].map((entry) => ({ partition: { S: 'g' }, entry: { S: entry } }));
  const wanted = { guilds: { Keys, ProjectionExpression: 'entry' } };
  const got = await client.send(new BatchGetItemCommand({ RequestItems: wanted }));
  expect(got.Responses?.['guilds']?.map(({ entry }) => entry?.S).sort()).toEqual(['1', '2']);
  expect(got.UnprocessedKeys).toEqual({ guilds: { Keys: [Keys[4]], ProjectionExpression: 'entry' } });
  expect(of('ConsumedReadCapacityUnits', dimensions)).toEqual([2]);
  clock.ms += 2000;
  const rest = await client.send(new BatchGetItemCommand({ RequestItems: got.UnprocessedKeys }));
  expect([rest.Responses, rest.UnprocessedKeys]).toEqual([{ guilds: [] }, {}]);
});

it('takes for a condition that fails, and gives back what an invalid request was estimated at', async () => {
  const { client, direct, of } = await start({ guilds: { billing: { readUnits: 1, writeUnits: 3 }, burstS: 1 } });
  await direct.send(put('guilds', item('g', '1', 'x'.repeat(2000))));
  const again = { TableName: 'guilds', Item: item('g', '1'), ConditionExpression: 'attribute_not_exists(entry)' };
  await expect(client.send(new PutItemCommand(again))).rejects.toThrow(ConditionalCheckFailedException);
  expect(of('ConditionalCheckFailedRequests', { TableName: 'guilds' })).toEqual([1]);
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([2]);
  for (let i = 0; i < 5; i++) {
    await expect(client.send(put('guilds', { partition: { S: 'g' } }))).rejects.toMatchObject({ name: 'ValidationException' });
  }
  expect(of('UserErrors')).toEqual([1, 1, 1, 1, 1]);
  await client.send(put('guilds', item('g', '2'))); // the third unit is still there
  await expect(client.send(put('guilds', item('g', '3')))).rejects.toThrow(ProvisionedThroughputExceededException);
});

it('waits as it is told to, by table and by what a scan reads', async () => {
  const { client, direct } = await start({ chat: { latencyMs: 80 }, guilds: { readMsPerMb: 4000 } });
  const elapsedMs = async (command: ScanCommand): Promise<number> => {
    const startedMs = performance.now();
    await client.send(command);
    return performance.now() - startedMs;
  };
  await elapsedMs(new ScanCommand({ TableName: 'users' })); // the connection
  expect(await elapsedMs(new ScanCommand({ TableName: 'chat' }))).toBeGreaterThanOrEqual(79);
  for (const entry of ['1', '2']) await direct.send(put('guilds', item('g', entry, 'x'.repeat(20_000))));
  // 40 KB of 4 s a MB; the filter lets nothing through and spares nothing.
  const filtered = { TableName: 'guilds', FilterExpression: 'attribute_exists(nothing)' };
  expect(await elapsedMs(new ScanCommand(filtered))).toBeGreaterThanOrEqual(150);
  expect(await elapsedMs(new ScanCommand({ TableName: 'guilds', Limit: 1 }))).toBeLessThan(150);
});

it('follows UpdateTable, and says in DescribeTable how a table is billed', async () => {
  const { client, of } = await start({ guilds: ONE_UNIT });
  const describe = async (TableName: string) => (await client.send(new DescribeTableCommand({ TableName }))).Table;
  expect((await describe('guilds'))?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 1, WriteCapacityUnits: 1 });
  expect((await describe('users'))?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  expect(of('ProvisionedReadCapacityUnits', { TableName: 'guilds' })).toEqual([1]);
  expect(of('ProvisionedReadCapacityUnits', { TableName: 'items' })).toEqual([10]);
  expect(of('ProvisionedReadCapacityUnits', { TableName: 'users' })).toEqual([]);
  await client.send(put('guilds', item('g', '1')));
  await expect(client.send(put('guilds', item('g', '2')))).rejects.toThrow(ProvisionedThroughputExceededException);
  const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 2 };
  await client.send(new UpdateTableCommand({ TableName: 'guilds', ProvisionedThroughput }));
  await expect.poll(async () => (await describe('guilds'))?.ProvisionedThroughput?.WriteCapacityUnits).toBe(2);
  await client.send(put('guilds', item('g', '2')));
  await client.send(put('guilds', item('g', '3')));
  await expect(client.send(put('guilds', item('g', '4')))).rejects.toThrow(ProvisionedThroughputExceededException);
  await client.send(new UpdateTableCommand({ TableName: 'guilds', BillingMode: 'PAY_PER_REQUEST' }));
  await client.send(put('guilds', item('g', '4')));
});

it('tells of somebody else in what is consumed, and of the definition’s names where tables have others', async () => {
  const { client, of } = await start(
    { guilds: { foreign: { readUnits: 7, writeUnits: 0 }, billing: { readUnits: 10, writeUnits: 5 } } },
    { prefix: 'loadkit-x-' },
  );
  await expect.poll(() => of('ConsumedReadCapacityUnits', { TableName: 'guilds' }), { timeout: 3000 }).toEqual([7]);
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([]);
  await client.send(put('loadkit-x-guilds', item('g', '1')));
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([1]);
  expect(of('SuccessfulRequestLatency', { TableName: 'guilds', Operation: 'PutItem' })).toHaveLength(1);
});

it('answers as DynamoDB does what it doesn’t know', async () => {
  const { client, endpoint, told } = await start();
  await expect(client.send(new GetItemCommand({ TableName: 'nothing', Key: { id: { S: '1' } } }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  const post = (target: string, body: string, headers: Record<string, string> = { authorization: 'AWS4-HMAC-SHA256' }) =>
    fetch(endpoint, { method: 'POST', body, headers: { 'x-amz-target': target, ...headers } });
  const unknown = await post('DynamoDB_20120810.DescribeContinuousBackups', '{}');
  expect([unknown.status, await unknown.json()]).toMatchObject([400, { __type: expect.stringContaining('#UnknownOperationException') }]);
  const broken = await post('DynamoDB_20120810.GetItem', '{');
  expect([broken.status, await broken.json()]).toMatchObject([400, { __type: expect.stringContaining('#SerializationException') }]);
  const unsigned = await post('DynamoDB_20120810.GetItem', '{}', {});
  expect(await unsigned.json()).toMatchObject({ __type: expect.stringContaining('#MissingAuthenticationTokenException') });
  expect(told.filter(({ name }) => name !== 'UserErrors' && !name.startsWith('Provisioned'))).toEqual([]);
});

it('lets nobody be throttled or counted who goes behind it', async () => {
  const { direct, told } = await start({ guilds: ONE_UNIT });
  const before = told.length;
  for (let entry = 0; entry < 20; entry++) await direct.send(put('guilds', item('g', String(entry))));
  expect(told.length).toBe(before);
});

it('goes on when a client goes away in the middle of a request', async () => {
  const { client, endpoint } = await start();
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: 100\r\n\r\n{"Table');
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect((await client.send(new ScanCommand({ TableName: 'guilds' }))).Count).toBe(0);
});

it('answers for a store that is gone with an error of the service, which counts', async () => {
  const { client, inner, of } = await start({ guilds: ONE_UNIT }, { external: true });
  await inner.stop();
  for (let attempt = 0; attempt < 3; attempt++) {
    // Not throttled the second time: what was not done is given back.
    await expect(client.send(put('guilds', item('g', '1')))).rejects.toMatchObject({
      name: 'InternalServerError',
      $metadata: { httpStatusCode: 500 },
    });
  }
  expect(of('SystemErrors', { TableName: 'guilds', Operation: 'PutItem' })).toEqual([1, 1, 1]);
  expect([of('UserErrors'), of('WriteThrottleEvents', { TableName: 'guilds' })]).toEqual([[], []]);
});

it('goes by the least that a request can take where the store does not tell', async () => {
  const { client, of } = await start(
    { guilds: { billing: { readUnits: 10, writeUnits: 2 }, burstS: 1 } },
    { external: true, silent: true },
  );
  const writes = ['1', '2', '3'].map((entry) => ({ PutRequest: { Item: item('g', entry) } }));
  const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { guilds: writes } }));
  expect(answer.UnprocessedItems).toEqual({ guilds: [writes[2]] });
  await expect(client.send(put('guilds', item('g', '3')))).rejects.toThrow(ProvisionedThroughputExceededException);
  const Key = { partition: { S: 'g' }, entry: { S: '1' } };
  await client.send(new GetItemCommand({ TableName: 'guilds', Key, ConsistentRead: true }));
  await client.send(new BatchGetItemCommand({ RequestItems: { guilds: { Keys: [Key] } } }));
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([2]);
  expect(of('ConsumedReadCapacityUnits', { TableName: 'guilds' })).toEqual([1, 0.5]);
});

it('takes from a write what was estimated where the store does not tell', async () => {
  const { client, of } = await start(
    { guilds: { billing: { readUnits: 10, writeUnits: 2 }, burstS: 1 } },
    { external: true, silent: true },
  );
  await client.send(put('guilds', item('g', '1', 'x'.repeat(1500))));
  expect(of('ConsumedWriteCapacityUnits', { TableName: 'guilds' })).toEqual([2]);
  await expect(client.send(put('guilds', item('g', '2')))).rejects.toThrow(ProvisionedThroughputExceededException);
});
