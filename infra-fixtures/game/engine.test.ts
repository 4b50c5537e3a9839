import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type InMemoryDynamoDb, startInMemoryDynamoDb } from '../local/dynamodb/in-memory-dynamodb.ts';
import { createWorld } from '../local/dynamodb/tables.ts';
import { type RespServer, startRespServer } from '../local/redis/resp-server.ts';
import { endpointEnvironment, gameEnvironment } from '../local/stack-environment.ts';
import { cachedJson, redis, redisKey } from './cache.ts';
import { database, tableName } from './database.ts';
import { type Engine, startEngine } from './engine.ts';
import { taskGains } from './rules.ts';
import { enqueue, findTask, queueKey, saveTask, type Task } from './tasks.ts';
import { engineAlive } from './workers.ts';

/** The engine on a real database and queue, within this process. */
let cache: RespServer;
let store: InMemoryDynamoDb;
const logged: string[] = [];
let engine: Engine | undefined;
beforeAll(async () => {
  cache = await startRespServer({ memoryMaxBytes: 10_000_000 });
  store = await startInMemoryDynamoDb();
  for (const output of [process.stdout, process.stderr]) {
    vi.spyOn(output, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
  }
  const redisUrl = `redis://127.0.0.1:${cache.port}`;
  Object.assign(
    process.env,
    gameEnvironment('test', { dynamodb: false }),
    endpointEnvironment({ dynamodb: store.endpoint, redis: redisUrl }),
  );
  await createWorld(Date.now());
});
afterAll(async () => {
  await engine?.stop();
  (await redis()).destroy();
  database().destroy();
  await cache.stop();
  await store.stop();
  vi.restoreAllMocks();
});

const task = (taskId: string, fields: Partial<Task> = {}): Task => ({
  taskId,
  characterId: 'character-001',
  kind: 'crafting',
  status: 'queued',
  enqueuedAt: 1,
  attempts: 0,
  ...fields,
});

const goldOf = async (characterId: string): Promise<number> => {
  const { Item } = await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId } }));
  return Item?.['gold'] as number;
};

it('works what a dead worker had taken, pays each task once, and gives up on one that keeps failing', async () => {
  const connection = await redis();
  // A worker took three tasks and died: it is on the list of workers, and has no heartbeat.
  const left = [task('left'), task('finished', { status: 'done', attempts: 1 }), task('poison', { attempts: 3 })];
  await Promise.all(left.map(saveTask));
  await connection.sAdd(redisKey('engine', 'workers'), 'dead');
  await connection.lPush(
    redisKey('engine', 'working', 'dead'),
    left.map(({ taskId }) => taskId),
  );
  expect(await engineAlive()).toBe(false);
  const goldBefore = await goldOf('character-001');

  engine = await startEngine();
  expect(await engineAlive()).toBe(true);
  expect(await enqueue(task('new'))).toBe(true);
  expect(await enqueue(task('nobody', { characterId: 'nobody' }))).toBe(true);
  const statuses = async () => Promise.all(['left', 'finished', 'poison', 'new', 'nobody'].map(async (id) => (await findTask(id))?.status));
  await expect.poll(statuses, { timeout: 5000 }).toEqual(['done', 'done', 'failed', 'done', 'failed']);

  const paid = taskGains('left', 'crafting').gold + taskGains('new', 'crafting').gold;
  expect(await goldOf('character-001')).toBe(goldBefore + paid);
  expect(await findTask('left')).toMatchObject({ attempts: 1, result: taskGains('left', 'crafting') });
  expect(engine.health()).toMatchObject({ status: 'ok', running: 0 });
  const messages = logged.map((line) => JSON.parse(line) as { message: string; taskId?: string; recovered?: number });
  expect(messages.find(({ recovered }) => recovered === 3)).toBeDefined();
  expect(
    messages
      .filter(({ message }) => message === 'task failed')
      .map(({ taskId }) => taskId)
      .sort(),
  ).toEqual(['nobody', 'poison']);
  // Acknowledged: nothing is left anywhere.
  const lists = [
    queueKey(),
    redisKey('engine', 'working', 'dead'),
    ...(await connection.sMembers(redisKey('engine', 'workers'))).map((id) => redisKey('engine', 'working', id)),
  ];
  expect(await connection.exists(lists)).toBe(0);
});

it('finishes what it is at before it stops, and signs off', async () => {
  expect(await enqueue(task('last'))).toBe(true);
  await expect.poll(async () => (await findTask('last'))?.status).toBe('running');
  await engine?.stop();
  engine = undefined;
  expect((await findTask('last'))?.status).toBe('done');
  expect(await engineAlive()).toBe(false);
});

it('loads a cached answer once for all who miss it together, and keeps it', async () => {
  let loads = 0;
  const load = async () => ({ load: ++loads });
  const answers = await Promise.all([1, 2, 3].map(() => cachedJson(redisKey('answer'), 60, load)));
  expect(answers).toEqual(['{"load":1}', '{"load":1}', '{"load":1}']);
  expect(await cachedJson(redisKey('answer'), 60, load)).toBe('{"load":1}');
});
