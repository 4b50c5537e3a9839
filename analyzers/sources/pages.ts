/** One page of a listing, and the token of the next. */
export interface Page<T> {
  items: readonly T[] | undefined;
  next: string | undefined;
}

/** Guess: 50,000 metrics or 10,000 alarms, more than any account that can be told apart without tags. */
const PAGES_MAX = 100;

/**
 * All items of a listing. A token that was given before would lead in a circle, and ends it, as does the bound on pages: `complete` is false then.
 * AWS's own paginators take none but AWS's clients.
 */
export async function everyPage<T>(ask: (token: string | undefined) => Promise<Page<T>>): Promise<{ items: T[]; complete: boolean }> {
  const items: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const answer = await ask(token);
    items.push(...(answer.items ?? []));
    token = answer.next;
    if (token === undefined || token === '') return { items, complete: true };
    if (seen.has(token)) break;
    seen.add(token);
  }
  return { items, complete: false };
}
