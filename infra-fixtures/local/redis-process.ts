import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { forEachLine, runChild } from './child.ts';
import { freePort } from './free-port.ts';
import { startRespServer } from './resp-server.ts';

/**
 * The cache's process: watches over a `redis-server` where there is one on PATH, or is the small one itself. A foreign program doesn't notice when its
 * parent dies, so this process does that for it.
 */

export interface RedisReady {
  url: string;
  note: string;
  /** The foreign server's process, for the case that this one is killed before it can end it. */
  serverPid: number | null;
}

/** Guess: a tenth of what the reference's cache.t3.micro has is plenty for a run, half a gigabyte is too much for a laptop. */
const MEMORY_MAX_BYTES = 256 * 1024 * 1024;
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
const serverArguments = (port: number): string[] =>
  [
    ['--port', String(port)],
    ['--bind', '127.0.0.1'],
    ['--save', ''],
    ['--appendonly', 'no'],
    ['--daemonize', 'no'],
    ['--maxmemory', String(MEMORY_MAX_BYTES)],
    ['--maxmemory-policy', 'volatile-lru'],
  ].flat();

/** Resolves once the server takes connections. @throws Error when it ends or stays silent instead */
const startServer = async (port: number): Promise<ChildProcess> => {
  const server = spawn('redis-server', serverArguments(port), { stdio: ['ignore', 'pipe', 'ignore'] });
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
const startServerSomewhere = async (): Promise<{ server: ChildProcess; port: number }> => {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { server: await startServer(port), port };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
};

await runChild(async (send) => {
  const version = await redisVersion();
  if (version !== null && isRecentEnough(version)) {
    const { server, port } = await startServerSomewhere();
    const ready: RedisReady = { url: `redis://127.0.0.1:${port}`, note: `cache: redis-server ${version}`, serverPid: server.pid ?? null };
    // Without its server this process is of no use: the parent is to see that.
    server.once('exit', () => process.exit(1));
    send({ type: 'listening', ...ready });
    return {
      stop: async () => {
        server.removeAllListeners('exit');
        server.kill('SIGKILL'); // nothing is to be saved
        await once(server, 'exit');
      },
    };
  }
  const own = await startRespServer({ memoryMaxBytes: MEMORY_MAX_BYTES });
  const why = version === null ? 'no redis-server on PATH' : `redis-server ${version} is older than 6.2`;
  const ready: RedisReady = { url: `redis://127.0.0.1:${own.port}`, note: `cache: built-in RESP server (${why})`, serverPid: null };
  send({ type: 'listening', ...ready });
  return own;
});
