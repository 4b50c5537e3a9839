import { capture } from '../capture.ts';
import type { Host } from '../host.ts';
import { which } from '../which.ts';
import type { Answer, Check } from './check.ts';

/** Someone waits for the answer. Guess: tune. */
const ANSWER_MS_MAX = 3_000;

export const redis: Check = {
  id: 'redis',
  question: 'Is there a Redis for the embedded game stack?',
  check: (host) => {
    const url = host.env['REDIS_URL'];
    return url ? checkUrl(url) : checkProgram(host);
  },
};

/** Asks the server that REDIS_URL names, with its password if it has one. Nothing but host and port of the URL is ever shown. */
async function checkUrl(url: string): Promise<Answer> {
  const at = placeOf(url);
  if (at === null) {
    return { status: 'warn', found: 'REDIS_URL is no URL of a Redis', fix: 'set it like redis://127.0.0.1:6379, or unset it' };
  }
  const { createClient } = await import('redis');
  const client = createClient({ url, socket: { connectTimeout: ANSWER_MS_MAX, reconnectStrategy: false }, disableOfflineQueue: true });
  // Without a listener the client's own `error` event would end the process; the promise below carries the same error.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    return { status: 'ok', found: `REDIS_URL: ${at} answers`, details: { from: 'REDIS_URL', at } };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'no answer');
    return {
      status: 'warn',
      found: `REDIS_URL: ${at} doesn't answer (${code})`,
      fix: 'start that server, mend REDIS_URL, or unset it',
      details: { from: 'REDIS_URL', at },
    };
  } finally {
    client.destroy();
  }
}

function placeOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  return protocol === 'redis:' || protocol === 'rediss:' ? `${hostname}:${port || '6379'}` : null;
}

async function checkProgram(host: Host): Promise<Answer> {
  const [file] = await which(host, 'redis-server');
  if (file === undefined) {
    return {
      status: 'warn',
      found: "there is neither REDIS_URL nor a redis-server on PATH: the embedded stack uses loadkit's small one, and its report says so",
      fix: 'install Redis (`apt-get install redis-server`, `brew install redis`), or set REDIS_URL',
    };
  }
  const { stdout, problem } = await capture(host, file, ['--version'], { timeoutMs: ANSWER_MS_MAX });
  const version = /\bv=(\S+)/.exec(stdout)?.[1] ?? null;
  if (problem !== null || version === null) {
    return {
      status: 'warn',
      found: `${file} ${problem ?? "doesn't answer as redis-server does"}`,
      fix: 'install Redis anew, or set REDIS_URL',
    };
  }
  return { status: 'ok', found: `redis-server ${version} at ${file}`, details: { from: 'PATH', path: file, version } };
}
