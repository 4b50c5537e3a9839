import { capture } from '../capture.ts';
import type { Check } from './check.ts';

/** A player holds one kept-alive HTTP connection and, where it chats, one WebSocket. */
const PER_USER = 2;

/** Scripts, logs, the push to the receiver, the runtime's own. Guess: tune. */
const REST = 256;

const USERS = 1_000;

export const fileDescriptors: Check = {
  id: 'file-descriptors',
  question: `May one process open enough connections for ${USERS.toLocaleString('en')} users?`,
  async check(host) {
    if (host.platform === 'win32') return { status: 'ok', found: 'Windows sets no such limit' };
    // What a child of ours gets is what k6 gets: Node has raised the soft limit to the hard one by then, and hands it down.
    const { stdout, problem } = await capture(host, '/bin/sh', ['-c', 'ulimit -n'], { timeoutMs: 5_000 });
    const limit = stdout.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(stdout.trim() || Number.NaN);
    if (problem !== null || Number.isNaN(limit)) {
      return {
        status: 'warn',
        found: `the limit can't be read: ulimit ${problem ?? 'gave no number'}`,
        fix: 'see `ulimit -n` in your shell',
      };
    }
    const usersMax = Math.max(0, Math.floor((limit - REST) / PER_USER));
    const needed = USERS * PER_USER + REST;
    const details = Number.isFinite(limit) ? { limit, usersMax } : { limit: null, usersMax: null };
    if (limit >= needed) {
      const reach = Number.isFinite(limit)
        ? `${limit.toLocaleString('en')}, enough for ${usersMax.toLocaleString('en')} users`
        : 'no limit';
      return { status: 'ok', found: reach, details };
    }
    return {
      status: 'warn',
      found: `${limit.toLocaleString('en')}, enough for ${usersMax.toLocaleString('en')} users`,
      fix: `raise the hard limit to ${needed.toLocaleString('en')} or more (\`ulimit -Hn\`, /etc/security/limits.conf, --ulimit nofile of a container)`,
      details,
    };
  },
};
