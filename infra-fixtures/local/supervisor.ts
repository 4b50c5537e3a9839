import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { type Child, type ChildOptions, send, startChild } from './child.ts';
import { type Controlled, type ControlState, startControl } from './control.ts';
import type { EngineServiceReady } from './engine-service-process.ts';
import type { GatewayReady } from './gateway-process.ts';
import { logSink } from './log-sink.ts';
import type { RedisReady } from './redis-process.ts';
import { stackEdges, stackResources } from './resources.ts';
import { limitsCache, readSettings, settingsEnvironment } from './settings.ts';
import {
  baseEnvironment,
  compressedTime,
  endpointEnvironment,
  externalServices,
  gameEnvironment,
  telemetryEnvironment,
} from './stack-environment.ts';
import type { TelemetryReady } from './telemetry-process.ts';

/**
 * Starts every process of the stack, watches over them, and takes them down: when it is asked to, and when the process that forked it is gone. Its own
 * parent is told `ready` or `failed`; see stack.ts for the other end.
 */

export interface SupervisorReady extends ControlState {
  control: { url: string; token: string };
}

/** From the first process to a healthy answer. Guess: twenty times what it takes on two busy cores is a defect, not a slow machine. */
const UP_WITHIN_MS = 60_000;
const HEALTH_EVERY_MS = 100;
/** A Redis that isn't ours may be gone, or hang. */
const REDIS_ANSWERS_WITHIN_MS = 3000;
const STOPPED_LATE: Readonly<Record<string, number>> = { 'database-process': 1, 'redis-process': 1, 'telemetry-process': 2 };

const id = randomBytes(4).toString('hex');
const external = externalServices(process.env);
const settings = readSettings(process.env);
const log = logSink((text) => process.stdout.write(text));
const children = new Set<Child>();
let state: ControlState | null = null;
let detached = false;
let stopping: Promise<void> | undefined;

const start = (module: string, options: Omit<ChildOptions, 'onOutput'>): Child => {
  const child = startChild(module, { ...options, onOutput: (line) => log.write(line) });
  children.add(child);
  void child.exited.then(() => children.delete(child));
  return child;
};

/** A process without which there is no stack. */
const startVital = (module: string, options: Omit<ChildOptions, 'onOutput'>): Child => {
  const child = start(module, options);
  void child.exited.then((how) => fail(how));
  return child;
};

const startUp = async (): Promise<SupervisorReady> => {
  const work: { invoke?: Controlled['invoke']; deploy?: Controlled['deploy'] } = {};
  const notUp = (): never => {
    throw new Error('the stack is still coming up');
  };
  const control = await startControl(randomBytes(16).toString('hex'), {
    state: () => state,
    stop: () => void stop(0),
    invoke: (name) => (work.invoke ?? notUp)(name),
    deploy: () => (work.deploy ?? notUp)(),
  });
  const own = { ...baseEnvironment(process.env), ...settingsEnvironment(settings) };
  const telemetry = settings.telemetry.enabled
    ? await startVital('telemetry-process', { env: own }).message<TelemetryReady>('listening')
    : null;
  const base = {
    ...own,
    ...gameEnvironment(id, { dynamodb: external.dynamodb !== null }),
    ...telemetryEnvironment(telemetry),
    ...compressedTime(settings.timeScale, settings.telemetry.periodS),
    ...settings.game,
  };
  const cache = startCache(base);
  const database = startVital('database-process', {
    env: { ...base, ...(external.dynamodb !== null && { AWS_ENDPOINT_URL_DYNAMODB: external.dynamodb }) },
  });
  const [redis, { endpoint }] = await Promise.all([cache, database.message<{ endpoint: string }>('listening')]);
  const env = { ...base, ...endpointEnvironment({ dynamodb: endpoint, redis: redis.url }) };
  const engine = startVital('engine-service-process', { env });
  const { loadBalancer } = await engine.message<EngineServiceReady>('listening');
  const gateway = startVital('gateway-process', { env: { ...env, ENGINE_URL: loadBalancer } });
  const [{ http, ws }] = await Promise.all([gateway.message<GatewayReady>('listening'), database.message('ready')]);
  await healthy(http);
  work.invoke = (name) => gateway.request({ type: 'invoke', name });
  work.deploy = () => engine.request({ type: 'deploy' });
  const databaseNote = external.dynamodb === null ? 'database: dynalite in memory' : 'database: LOADKIT_DYNAMODB_ENDPOINT';
  const notes = [databaseNote, redis.note, ...external.notes, ...settings.notes];
  const consistsOf = { resources: stackResources(settings, { ownCache: external.redis === null }), edges: stackEdges() };
  state = { pid: process.pid, http, ws, aws: telemetry?.endpoint ?? null, ...consistsOf, notes };
  return { ...state, control };
};

/** A server of our own, or the one that REDIS_URL names: then the process only looks at it, and tells what it sees. */
const startCache = async (env: Record<string, string>): Promise<RedisReady> => {
  if (external.redis !== null) {
    if (limitsCache(settings)) throw new Error('a fault limits the cache, and a Redis that REDIS_URL names keeps its own limits: unset it');
    await requireRedis(external.redis);
  }
  const child = startVital('redis-process', { env: { ...env, ...(external.redis !== null && { REDIS_URL: external.redis }) } });
  const ready = await child.message<RedisReady>('listening');
  // The child ends its server; if it was killed itself, that is left to us.
  void child.exited.then(() => kill(ready.serverPid));
  return ready;
};

const kill = (pid: number | null): void => {
  try {
    if (pid !== null) process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended.
  }
};

/** What is being waited for, for who has waited too long. */
let awaiting = 'its processes';

/** Resolves with the first answer that finds all well. */
const healthy = async (http: string): Promise<void> => {
  for (;;) {
    const answer = await fetch(`${http}/health`);
    const body = await answer.text();
    if (answer.ok && (JSON.parse(body) as { status?: string }).status === 'ok') return;
    awaiting = `a healthy answer, got ${answer.status} ${body}`;
    await new Promise((resolve) => setTimeout(resolve, HEALTH_EVERY_MS));
  }
};

const fail = (reason: string): void => {
  if (stopping !== undefined) return;
  const last = log.last();
  send({ type: 'failed', reason: last === null ? reason : `${reason}; it said: ${last}` });
  void stop(1);
};

/** Once: first those who use the database and the cache, then these, and last the telemetry that all of them tell. */
const stop = (exitCode: number): Promise<void> => {
  stopping ??= (async () => {
    const stage = (child: Child): number => STOPPED_LATE[child.module] ?? 0;
    for (const due of [0, 1, 2]) await Promise.all([...children].filter((child) => stage(child) === due).map((child) => child.stop()));
    setTimeout(() => process.exit(exitCode), REDIS_ANSWERS_WITHIN_MS); // whatever that Redis does
    if (external.redis !== null) await removeKeys(external.redis, `loadkit:${id}:`);
    process.exit(exitCode);
  })();
  return stopping;
};

/** A connection to a Redis that isn't ours. It is tried once: whoever waits for it waits for an answer. @throws Error when nobody answers */
const connectOnce = async (url: string) => {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false, connectTimeout: REDIS_ANSWERS_WITHIN_MS } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

const requireRedis = async (url: string): Promise<void> => {
  try {
    (await connectOnce(url)).destroy();
  } catch (error) {
    throw new Error(`no Redis answers at REDIS_URL: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** A Redis that isn't ours is left as it was found. */
const removeKeys = async (url: string, prefix: string): Promise<void> => {
  try {
    const client = await connectOnce(url);
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) if (keys.length > 0) await client.del(keys);
    client.destroy();
  } catch (error) {
    log.write(`keys of ${prefix} could not be removed: ${String(error)}`);
  }
};

process.on('SIGINT', () => undefined); // the parent's to handle
process.on('SIGTERM', () => void stop(0));
process.on('disconnect', () => {
  if (!detached) void stop(0);
});
process.on('message', ({ type }: { type: string }) => {
  if (type === 'stop') void stop(0);
  if (type === 'detach') {
    detached = true;
    send({ type: 'detached' });
  }
});

const overdue = setTimeout(() => fail(`the stack is not up after ${UP_WITHIN_MS / 1000} s, waiting for ${awaiting}`), UP_WITHIN_MS);
try {
  send({ type: 'ready', ...(await startUp()) });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  clearTimeout(overdue);
}
