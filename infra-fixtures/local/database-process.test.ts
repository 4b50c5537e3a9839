import { DescribeTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { type PlatformReceiver, receivePlatform } from '../../tests/platform-batches.ts';
import { startChild } from './child.ts';
import { startInMemoryDynamoDb } from './dynamodb/in-memory-dynamodb.ts';
import { healthySettings, type StackSettings, settingsEnvironment } from './settings.ts';
import { gameEnvironment } from './stack-environment.ts';

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});

const clientOf = (endpoint: string): DynamoDBClient => {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  stops.push(() => client.destroy());
  return client;
};

const start = async (tables: Partial<StackSettings['tables']>, env: Record<string, string> = {}, external = false) => {
  const receiver: PlatformReceiver = await receivePlatform();
  const settings = healthySettings();
  Object.assign(settings.tables, tables);
  const child = startChild('database-process', {
    env: { ...gameEnvironment('test', { dynamodb: external }), TELEMETRY_ENDPOINT: receiver.url, ...settingsEnvironment(settings), ...env },
  });
  stops.push(
    () => receiver.stop(),
    () => child.stop(),
  );
  const { endpoint } = await child.message<{ endpoint: string }>('listening');
  await child.message('ready');
  return { client: clientOf(endpoint), receiver, child };
};

const guild = (TableName: string, entry: string) =>
  new PutItemCommand({ TableName, Item: { partition: { S: 'test' }, entry: { S: entry } } });

it('seeds without being throttled or counted, and holds the game to what the settings say', async () => {
  const guilds = { ...healthySettings().tables.guilds, billing: { readUnits: 3, writeUnits: 1 }, burstS: 1 };
  const { client, receiver } = await start({ guilds });
  const described = await client.send(new DescribeTableCommand({ TableName: 'guilds' }));
  expect(described.Table?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 3, WriteCapacityUnits: 1 });
  expect((await client.send(new ScanCommand({ TableName: 'guilds', Select: 'COUNT' }))).Count).toBe(40);
  await client.send(guild('guilds', '1'));
  await expect(client.send(guild('guilds', '2'))).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  const dimensions = { TableName: 'guilds' };
  await expect.poll(() => receiver.sum('WriteThrottleEvents', dimensions), { timeout: 5000 }).toBe(1);
  expect(receiver.sum('ConsumedWriteCapacityUnits', dimensions)).toBe(1); // forty were written before
  expect(receiver.metrics.every(({ namespace }) => namespace === 'AWS/DynamoDB')).toBe(true);
  // What has expired goes without taking capacity.
  const Item = { channel: { S: 'c' }, messageId: { S: 'm' }, goneAtS: { N: '1' } };
  await client.send(new PutItemCommand({ TableName: 'chat', Item }));
  await expect.poll(() => receiver.sum('TimeToLiveDeletedItemCount', { TableName: 'chat' }), { timeout: 8000 }).toBe(1);
  expect(receiver.sum('ConsumedWriteCapacityUnits', { TableName: 'chat' })).toBe(1);
});

it('stands before another DynamoDB too, with the definition’s names in its metrics, and removes its tables at the end', async () => {
  const other = await startInMemoryDynamoDb();
  stops.push(() => other.stop());
  const { client, receiver, child } = await start({}, { AWS_ENDPOINT_URL_DYNAMODB: other.endpoint }, true);
  await client.send(guild('loadkit-test-guilds', '1'));
  await expect.poll(() => receiver.sum('ConsumedWriteCapacityUnits', { TableName: 'guilds' }), { timeout: 5000 }).toBe(1);
  const beside = clientOf(other.endpoint);
  const scan = new ScanCommand({ TableName: 'loadkit-test-guilds', Select: 'COUNT' });
  expect((await beside.send(scan)).Count).toBe(41);
  await child.stop();
  await expect(beside.send(scan)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
