import type { SourceGap } from '../../contract.ts';
import type { AwsClients } from '../clients.ts';
import { everyPage, type Page } from '../pages.ts';
import { gapOf, isForAction, isForAll, troubleOf } from '../trouble.ts';

/**
 * A call with the IAM action that it takes. Null where it failed: what it would have told stays unknown, and the gap is noted. A call that would fail
 * again for the next resource is not made again.
 */
export interface Ask {
  clients: AwsClients;
  <T>(action: string, call: (options: Options) => Promise<T>): Promise<T | null>;
  /** All items of a listing. Where some may be missing, that is a gap, too. */
  every<T>(action: string, page: (token: string | undefined, options: Options) => Promise<Page<T>>): Promise<T[] | null>;
}
interface Options {
  abortSignal?: AbortSignal;
}

export function asking(clients: AwsClients, gaps: SourceGap[], signal: AbortSignal | undefined): Ask {
  /** Actions, and services of which no action can be had. */
  const hopeless = new Set<string>();
  const options = signal === undefined ? {} : { abortSignal: signal };
  const ask = async <T>(action: string, call: (options: Options) => Promise<T>): Promise<T | null> => {
    const service = action.slice(0, action.indexOf(':'));
    if (hopeless.has(action) || hopeless.has(service) || signal?.aborted) return null;
    try {
      return await call(options);
    } catch (error) {
      const trouble = troubleOf(error, action);
      if (isForAction(trouble)) hopeless.add(action);
      if (isForAll(trouble) || trouble.kind === 'unsupported') hopeless.add(service);
      gaps.push(gapOf('inventory', trouble));
      return null;
    }
  };
  const every: Ask['every'] = async (action, page) => {
    const listing = await ask(action, () => everyPage(action, (token) => page(token, options)));
    if (listing !== null && listing.short !== null) gaps.push(gapOf('inventory', listing.short));
    return listing?.items ?? null;
  };
  return Object.assign(ask, { clients, every });
}

const answers = new WeakMap<Ask, Map<string, Promise<unknown>>>();

/** What is the same for all resources is asked for once. @param key names the question */
export function once<T>(ask: Ask, key: string, read: () => Promise<T>): Promise<T> {
  const known = answers.get(ask) ?? new Map<string, Promise<unknown>>();
  answers.set(ask, known);
  const answer = known.get(key) ?? read();
  known.set(key, answer);
  return answer as Promise<T>;
}
