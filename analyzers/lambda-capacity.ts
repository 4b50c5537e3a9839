import type { Inventory } from './contract.ts';
import { concurrencyFor } from './models/concurrency.ts';
import { addUp, type Stretch, weightedMean } from './platform-series.ts';

/** From this share of a limit on a burst of a fifth is refused. Guess: tune. */
export const CONCURRENCY_NEAR = 0.8;

/** What the account has left for functions without a reservation, and these; null where the account's limit could not be read, or nothing is left. */
export function unreservedOf({ resources }: Pick<Inventory, 'resources'>): { nodes: string[]; limit: number; account: number } | null {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const account = functions.find(({ limits }) => typeof limits.accountConcurrency === 'number')?.limits.accountConcurrency ?? null;
  if (account === null) return null;
  const reserved = functions.reduce((sum, { limits }) => sum + (limits.reservedConcurrency ?? 0), 0);
  const nodes = functions.filter(({ limits }) => typeof limits.reservedConcurrency !== 'number').map(({ node }) => node);
  return account - reserved > 0 ? { nodes, limit: account - reserved, account } : null;
}

/** What keeps up with the arrivals of a function in its busiest period. */
export interface Need {
  arrivalsPerS: number;
  durationMs: number;
  mean: number;
  enough: number;
}

/** Null where nothing ran, so that its duration is not known. */
export function needOf(node: string, stretch: Stretch): Need | null {
  const durationMs = weightedMean(stretch, [node, 'Duration', 'Average'], [node, 'Invocations', 'Sum']);
  if (durationMs === null) return null;
  const arrivals = addUp(stretch, [
    [node, 'Throttles', 'Sum'],
    [node, 'Invocations', 'Sum'],
  ]);
  const arrivalsPerS = Math.max(...arrivals.map(({ value }) => value)) / stretch.file.periodS;
  return { arrivalsPerS, durationMs, ...concurrencyFor(arrivalsPerS, durationMs / 1000) };
}
