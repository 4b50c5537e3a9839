import { isTrouble, type Trouble } from './trouble.ts';

/** Guess: 50,000 metrics or 10,000 alarms, more than any account that can be told apart without tags. */
const PAGES_MAX = 100;

/** How a listing ended. */
export interface Paged {
  pages: number;
  /** `circle`: a token came that was given before. `bound`: there are more pages than are read. */
  end: 'last' | 'circle' | 'bound';
}

/**
 * Asks for page after page, for as long as each names a further one that was not yet seen. AWS's own paginators take none but AWS's clients, and know no bound.
 *
 * @param read resolves with the token of the next page, or with what ended it all
 */
export async function eachPage<Failure extends Trouble = never>(
  read: (token: string | undefined) => Promise<string | undefined | Failure>,
  pagesMax = PAGES_MAX,
): Promise<Paged | Failure> {
  const seen = new Set<string>();
  let token: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const next = await read(token);
    if (isTrouble(next)) return next;
    if (next === undefined || next === '') return { pages, end: 'last' };
    if (seen.has(next)) return { pages, end: 'circle' };
    if (pages === pagesMax) return { pages, end: 'bound' };
    seen.add(next);
    token = next;
  }
}

/** What there is to say of a listing of which not all was read; null where all was. @param action `xray:BatchGetTraces` */
export function shortage(action: string, { pages, end }: Paged): Trouble | null {
  if (end === 'last') return null;
  const why = end === 'circle' ? 'the pages lead in a circle' : `there are more than the ${pages} pages that were read`;
  return {
    kind: 'incomplete',
    reason: `${action}: ${why}, so that some of it is missing`,
    next: 'Try again with `loadkit analyze --aws`.',
  };
}

/** One page of a listing, and the token of the next. */
export interface Page<T> {
  items: readonly T[] | undefined;
  next: string | undefined;
}

/** All items of a listing, and why there may be more, if there may. */
export async function everyPage<T>(
  action: string,
  ask: (token: string | undefined) => Promise<Page<T>>,
): Promise<{ items: T[]; short: Trouble | null }> {
  const items: T[] = [];
  const paged = await eachPage<never>(async (token) => {
    const { items: more = [], next } = await ask(token);
    items.push(...more);
    return next;
  });
  return { items, short: shortage(action, paged) };
}
