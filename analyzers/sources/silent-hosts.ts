import { type Middleware, type Watchable, watchAttempts } from './middleware.ts';

/** Keeps count of hosts that give no answer. */
export interface SilentHosts {
  /** Gives up on them for a client, from now on. */
  watch(client: Watchable): void;
}

/** A lost packet costs one attempt. */
const ATTEMPTS = 2;

/**
 * Each attempt waits until it times out, and the SDK makes several of every call: minutes for each service. A host that has let two attempts go unanswered, one
 * after the other, is asked once for each further call.
 */
export function createSilentHosts(): SilentHosts {
  let attempts = 0;
  const unanswered = new Map<string, { count: number; before: number }>();
  /** Of several at once one counts: what stalls them is the same. */
  const counted = (host: string, attempt: number): number => {
    const { count, before } = unanswered.get(host) ?? { count: 0, before: 0 };
    if (attempt <= before) return count;
    unanswered.set(host, { count: count + 1, before: attempts });
    return count + 1;
  };
  const middleware: Middleware = (next) => async (args) => {
    const host = hostOf(args.request);
    attempts += 1;
    const attempt = attempts;
    try {
      const result = await next(args);
      unanswered.delete(host);
      return result;
    } catch (error) {
      throw isTimeout(error) && counted(host, attempt) >= ATTEMPTS ? new SilentHostError(host) : error;
    }
  };
  return {
    watch: (client) => watchAttempts(client, 'silentHosts', middleware),
  };
}

/** The SDK gives connections that were reset the same name, with a code of their own: they are over at once, and worth more attempts. */
function isTimeout(error: unknown): boolean {
  const { name, code = 'ETIMEDOUT' } = Object(error) as { name?: string; code?: string };
  return name === 'TimeoutError' && code === 'ETIMEDOUT';
}

/** By a name that the SDK doesn't try again, and without a cause, since it would look for one that it does. */
class SilentHostError extends Error {
  override name = 'ENOANSWER';
  constructor(host: string) {
    super(`${host} gives no answer`);
  }
}

const hostOf = (request: unknown): string => {
  const { hostname, port } = Object(request) as { hostname?: string; port?: number };
  return port === undefined ? String(hostname) : `${hostname}:${port}`;
};
