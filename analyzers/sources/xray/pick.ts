import type { Found } from './summaries.ts';

/** All of the slowest are wanted, since it is they that questions are about. Guess: tune. */
const SLOWEST = 200;

/**
 * Which traces are read where there are too many: the slowest all, and of the others every so-maniest by time, so that each stretch of the
 * run has its part.
 *
 * @returns ids, and of each that is one of a sample the share with which it was picked
 */
export function pick(found: readonly Found[], max: number): { ids: string[]; shares: Map<string, number> } {
  if (found.length <= max) return { ids: found.map(({ id }) => id), shares: new Map() };
  const slowest = found.toSorted((a, b) => b.durationS - a.durationS).slice(0, Math.min(SLOWEST, Math.floor(max / 2)));
  const certain = new Set(slowest.map(({ id }) => id));
  const others = found.filter(({ id }) => !certain.has(id)).sort((a, b) => a.startS - b.startS || (a.id < b.id ? -1 : 1));
  const wanted = max - certain.size;
  const sample = Array.from({ length: wanted }, (_, k) => others[Math.floor(((k + 0.5) * others.length) / wanted)]?.id ?? '');
  return { ids: [...certain, ...sample], shares: new Map(sample.map((id) => [id, wanted / others.length])) };
}
