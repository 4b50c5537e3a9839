import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { forEachLine, runChild } from './child.ts';
import { freePort } from './free-port.ts';
import { startRedisCollector } from './redis/collector.ts';
import { startEmptying } from './redis/emptying.ts';
import { startRespServer } from './redis/resp-server.ts';
import { readSettings, type StackSettings } from './settings.ts';
import { startPlatform } from './telemetry/platform.ts';

/**
 * The cache's process: watches over a `redis-server` where there is one on PATH, or is the small one itself; with REDIS_URL it has neither and looks at that
 * one, whose limits are its own. A foreign program doesn't notice when its parent dies, so this process does that for it.
 */

export interface RedisReady {
  url: string;
  note: string;
  /** The foreign server's process, for the case that this one is killed before it can end it. */
  serverPid: number | null;
}

type CacheSettings = StackSettings['cache'];

/** LMOVE and BLMOVE came with 6.2. */
const VERSION_MIN = [6, 2] as const;
const START_TIMEOUT_MS = 5000;
const ATTEMPTS = 3;

const redisVersion = async (): Promise<string | null> => {
  try {
    const { stdout } = await promisify(execFile)('redis-server', ['--version'], { timeout: START_TIMEOUT_MS });
    return /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
};

const isRecentEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]);
};

/** `volatile-lru`: cached answers have an expiry and may go; the task queue and presence have none and stay. */
const serverArguments = (port: number, { memoryMaxBytes, clientsMax }: CacheSettings): string[] =>
  [
    ['--port', String(port)],
    ['--bind', '127.0.0.1'],
    ['--save', ''],
    ['--appendonly', 'no'],
    ['--daemonize', 'no'],
    ['--maxmemory', String(memoryMaxBytes)],
    // Where the process may not have as many files open, Redis takes fewer by itself.
    ['--maxclients', String(clientsMax)],
    ['--maxmemory-policy', 'volatile-lru'],
  ].flat();

/** Resolves once the server takes connections. @throws Error when it ends or stays silent instead */
const startServer = async (port: number, settings: CacheSettings): Promise<ChildProcess> => {
  const server = spawn('redis-server', serverArguments(port, settings), { stdio: ['ignore', 'pipe', 'ignore'] });
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  forEachLine(server.stdout, (line) => {
    if (line.includes('Ready to accept connections')) resolve();
  });
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`redis-server exited with code ${String(code)}`);
  });
  failed.catch(() => undefined);
  const silent = Promise.withResolvers<never>();
  const timer = setTimeout(() => silent.reject(new Error('redis-server did not start in time')), START_TIMEOUT_MS);
  try {
    await Promise.race([ready, failed, silent.promise]);
    return server;
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/** The port may be taken by somebody else between finding and using it, hence more than one attempt. */
const startServerSomewhere = async (settings: CacheSettings): Promise<{ server: ChildProcess; port: number }> => {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { server: await startServer(port, settings), port };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
};

/** A server, and how it is ended. */
type Redis = RedisReady & Started;

const startRedis = async (settings: CacheSettings): Promise<Redis> => {
  const version = await redisVersion();
  if (version !== null && isRecentEnough(version)) {
    const { server, port } = await startServerSomewhere(settings);
    // Without its server this process is of no use: the parent is to see that.
    server.once('exit', () => process.exit(1));
    return {
      url: `redis://127.0.0.1:${port}`,
      note: `cache: redis-server ${version}`,
      serverPid: server.pid ?? null,
      stop: async () => {
        server.removeAllListeners('exit');
        server.kill('SIGKILL'); // nothing is to be saved
        await once(server, 'exit');
      },
    };
  }
  const own = await startRespServer({ memoryMaxBytes: settings.memoryMaxBytes, clientsMax: settings.clientsMax });
  const why = version === null ? 'no redis-server on PATH' : `redis-server ${version} is older than 6.2`;
  return { url: `redis://127.0.0.1:${own.port}`, note: `cache: built-in RESP server (${why})`, serverPid: null, stop: own.stop };
};

interface Started {
  stop(): Promise<void>;
}

/** Tells of the server what ElastiCache would; without a telemetry endpoint nobody asks it. */
const observe = async (url: string, endpoint: string | undefined, cache: CacheSettings): Promise<Started> => {
  if (endpoint === undefined) return NOTHING;
  const platform = startPlatform(endpoint);
  const otherConnections = cache.emptiedEveryMs === null ? 0 : 1;
  const stopCollector = await startRedisCollector({ url, platform, otherConnections });
  return {
    stop: async () => {
      stopCollector();
      await platform.stop();
    },
  };
};

const startEmptier = async (url: string, everyMs: number | null): Promise<Started> => {
  if (everyMs === null) return NOTHING;
  const stop = await startEmptying({ url, everyMs, keyPrefix: process.env['REDIS_KEY_PREFIX'] ?? '' });
  return { stop: async () => stop() };
};

const NOTHING: Started = { stop: async () => undefined };

await runChild(async (send) => {
  const { cache } = readSettings(process.env);
  const telemetry = process.env['TELEMETRY_ENDPOINT'];
  const external = process.env['REDIS_URL'];
  // This process's own connections are to take none from the game.
  const own = (telemetry === undefined ? 0 : 1) + (cache.emptiedEveryMs === null ? 0 : 1);
  const redis: Redis =
    external === undefined
      ? await startRedis({ ...cache, clientsMax: cache.clientsMax + own })
      : { url: external, note: 'cache: REDIS_URL (with its own limits)', serverPid: null, ...NOTHING };
  const emptier = await startEmptier(redis.url, cache.emptiedEveryMs);
  const observer = await observe(redis.url, telemetry, cache);
  const ready: RedisReady = { url: redis.url, note: redis.note, serverPid: redis.serverPid };
  send({ type: 'listening', ...ready });
  return {
    stop: async () => {
      await emptier.stop();
      await observer.stop();
      await redis.stop();
    },
  };
});
