import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { gameEnvironment } from '../local/stack-environment.ts';
import { database, tableName } from './database.ts';
import { inRootSpan, inSpan, traced, withTrace } from './tracing.ts';

/** What reaches the X-Ray daemon's port: `T1S` for sampled, and OTLP's protobuf in base64. */
let daemon: Socket;
let store: InMemoryDynamoDb;
const packets: string[] = [];
beforeAll(async () => {
  daemon = createSocket('udp4');
  daemon.on('message', (message) => packets.push(message.toString('latin1')));
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  store = await startInMemoryDynamoDb();
  Object.assign(process.env, gameEnvironment('test', { dynamodb: false }), {
    AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
    AWS_LAMBDA_FUNCTION_NAME: 'inventory',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${(daemon.address() as AddressInfo).port}`,
  });
  await createWorld(Date.now());
});
afterAll(async () => {
  daemon.close();
  database().destroy();
  await store.stop();
});
beforeEach(() => {
  packets.length = 0;
});

const HEADER = '{"format":"json","version":1}\nT1S';
const TRACE_ID = '67891233abcdef012345678912345678';
const PARENT_ID = '53995c3f42cd8ad8';
const header = (sampled: 0 | 1) => `Root=1-67891233-abcdef012345678912345678;Parent=${PARENT_ID};Sampled=${sampled}`;

/** The bytes of all packets: texts in protobuf are plain, ids are their bytes. */
const sent = (): string =>
  packets
    .map((packet) => {
      expect(packet.startsWith(HEADER)).toBe(true);
      return Buffer.from(packet.slice(HEADER.length), 'base64').toString('latin1');
    })
    .join('');
const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
const occurrences = (text: string, part: string): number => text.split(part).length - 1;

const read = () => database().send(new GetCommand({ TableName: tableName('items'), Key: { partition: 'catalogue', itemId: 'item-001' } }));

it('sends the spans of a sampled invocation, below the segment that Lambda named', async () => {
  const answer = await withTrace(header(1), () => inSpan({ name: 'look up', kind: 'internal' }, () => read()));
  expect(answer.Item).toMatchObject({ itemId: 'item-001' });
  await expect.poll(() => packets.length).toBeGreaterThan(0);
  const spans = sent();
  expect(occurrences(spans, bytes(TRACE_ID))).toBe(2);
  expect(occurrences(spans, bytes(PARENT_ID))).toBe(1); // the other's parent is the first
  const attributes = [
    'look up',
    'DynamoDB.GetItem',
    'rpc.service',
    'aws.dynamodb.table_names',
    'items',
    'us-east-1',
    'aws.request_id',
    'inventory',
  ];
  for (const text of attributes) expect(spans).toContain(text);
});

it('marks what failed, and hands the error on', async () => {
  const failing = withTrace(header(1), () =>
    inSpan({ name: 'breaks', kind: 'internal' }, () => database().send(new GetCommand({ TableName: 'nowhere', Key: { id: '1' } }))),
  );
  await expect(failing).rejects.toThrow('resource not found');
  await expect.poll(() => packets.length).toBeGreaterThan(0);
  expect(sent()).toContain('ResourceNotFoundException');
});

it('records and sends nothing for what is not sampled', async () => {
  for (const trace of [header(0), undefined, 'Root=1-67891233-abcdef012345678912345678']) {
    await withTrace(trace, async () => {
      expect(traced()).toBe(false);
      await inSpan({ name: 'look up', kind: 'internal' }, async (span) => expect(span).toBeNull());
      await read();
    });
  }
  // One that is sampled comes after them, so that theirs would be here by now.
  await withTrace(header(1), () => inSpan({ name: 'last', kind: 'internal' }, async () => undefined));
  await expect.poll(() => packets.length).toBe(1);
  expect(sent()).not.toContain('look up');
});

it('splits many spans over packets that UDP can carry', async () => {
  const spans = Array.from({ length: 95 }, (_, index) =>
    inSpan.bind(null, { name: `span ${index}`, kind: 'internal' }, async () => undefined),
  );
  await withTrace(header(1), async () => {
    await Promise.all(spans.map((span) => span()));
  });
  await expect.poll(() => packets.length).toBe(10);
  expect(Math.max(...packets.map((packet) => packet.length))).toBeLessThan(65_507);
});

it('begins traces of its own with the time in their id, as X-Ray demands', async () => {
  await inRootSpan({ name: 'task', kind: 'consumer' }, async (span) => {
    const nowS = Math.floor(Date.now() / 1000);
    const id = span?.spanContext().traceId ?? '';
    expect(Math.abs(Number.parseInt(id.slice(0, 8), 16) - nowS)).toBeLessThan(5);
    expect(traced()).toBe(true);
  });
  expect(traced()).toBe(false);
});
