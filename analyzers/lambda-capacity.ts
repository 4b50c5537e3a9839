import type { Inventory } from './contract.ts';
import { addUp, type Stretch, weightedMean } from './platform-series.ts';

/** From this share of a limit on a burst of a fifth is refused. Guess: tune. */
export const CONCURRENCY_NEAR = 0.8;
/** The share of random arrivals that a reservation may refuse. Executions cost nothing until they are used, so that headroom is for free. Guess: tune. */
export const REFUSED_MAX = 1e-6;

/** What the account has left for functions without a reservation, and these; null where the account's limit could not be read, or nothing is left. */
export function unreservedOf({ resources }: Pick<Inventory, 'resources'>): { nodes: string[]; limit: number; account: number } | null {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const account = functions.find(({ limits }) => typeof limits.accountConcurrency === 'number')?.limits.accountConcurrency ?? null;
  if (account === null) return null;
  const reserved = functions.reduce((sum, { limits }) => sum + (limits.reservedConcurrency ?? 0), 0);
  const nodes = functions.filter(({ limits }) => typeof limits.reservedConcurrency !== 'number').map(({ node }) => node);
  return account - reserved > 0 ? { nodes, limit: account - reserved, account } : null;
}

/** What the arrivals of a function in its busiest period take; how many executions keep up with them is `serversFor`'s to say. */
export interface Need {
  arrivalsPerS: number;
  durationMs: number;
  /** Executions under way in the mean, by Little's law. */
  mean: number;
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
  return { arrivalsPerS, durationMs, mean: (arrivalsPerS * durationMs) / 1000 };
}
