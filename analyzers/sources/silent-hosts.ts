/** Keeps count of hosts that take connections and give no answer. */
export interface SilentHosts {
  /** Gives up on them for a client, from now on. */
  watch(client: { middlewareStack: object }): void;
}

/** The stack's types are generic over every command of one client; this middleware looks at no input, and hands on what it gets. */
interface Stack {
  add(middleware: (next: Handler) => Handler, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
}
type Handler = (args: { request?: unknown }) => Promise<unknown>;

/** A lost packet costs one attempt. */
const ATTEMPTS = 2;

/**
 * Each attempt waits until the request times out, and the SDK makes several of every call: minutes for each service. A host that has let two attempts in a row go
 * unanswered is asked once for each further call.
 */
export function createSilentHosts(): SilentHosts {
  const unanswered = new Map<string, number>();
  const middleware =
    (next: Handler): Handler =>
    async (args) => {
      const host = hostOf(args.request);
      try {
        const result = await next(args);
        unanswered.delete(host);
        return result;
      } catch (error) {
        if ((error as Error).name !== 'TimeoutError') {
          unanswered.delete(host);
          throw error;
        }
        const count = (unanswered.get(host) ?? 0) + 1;
        unanswered.set(host, count);
        throw count < ATTEMPTS ? error : new SilentHostError(host);
      }
    };
  return {
    watch: ({ middlewareStack }) =>
      (middlewareStack as Stack).add(middleware, { step: 'deserialize', priority: 'low', name: 'silentHosts' }),
  };
}

/** By a name that the SDK doesn't try again, and without a cause, since it would look for one that it does. */
class SilentHostError extends Error {
  override name = 'ENOANSWER';
  constructor(host: string) {
    super(`${host} takes connections and does not answer`);
  }
}

const hostOf = (request: unknown): string => {
  const { hostname, port } = Object(request) as { hostname?: string; port?: number };
  return port === undefined ? String(hostname) : `${hostname}:${port}`;
};
