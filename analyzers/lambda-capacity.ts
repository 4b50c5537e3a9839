import type { Inventory } from './contract.ts';
import { serversFor } from './models/queueing/index.ts';
import { addUp, highest, type Stretch, weightedMean } from './platform-series.ts';
import { ifRead } from './unread-series.ts';

/** From this share of a limit on a burst of a fifth is refused. Guess: tune. */
export const CONCURRENCY_NEAR = 0.8;
/** The share of random arrivals that a reservation may refuse. Executions cost nothing until they are used, so that headroom is for free. Guess: tune. */
const REFUSED_NEXT_TO_NONE = 1e-6;

/**
 * Executions that refuse next to none of arrivals at random, by Erlang's loss formula.
 *
 * @param mean under way, by Little's law
 */
export const enoughAtRandom = (mean: number): number => serversFor(mean, REFUSED_NEXT_TO_NONE);

/** What the account has left for functions without a reservation, and these; null where the account's limit could not be read, or nothing is left. */
export function unreservedOf({ resources }: Pick<Inventory, 'resources'>): { nodes: string[]; limit: number; account: number } | null {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const account = functions.find(({ limits }) => typeof limits.accountConcurrency === 'number')?.limits.accountConcurrency ?? null;
  if (account === null) return null;
  const reserved = functions.reduce((sum, { limits }) => sum + (limits.reservedConcurrency ?? 0), 0);
  const nodes = functions.filter(({ limits }) => typeof limits.reservedConcurrency !== 'number').map(({ node }) => node);
  return account - reserved > 0 ? { nodes, limit: account - reserved, account } : null;
}

/** What the arrivals of a function in its busiest period take; how many executions keep up with them is `reservationFor`'s to say. */
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

export interface Reservation extends Need {
  /** The most that were under way at once; null where nobody told, or it was not read. */
  peak: number | null;
  /** Executions to reserve: for arrivals at random, and for bursts of a quarter more than any that was seen. */
  enough: number;
}

/**
 * What to reserve for so many times the load that there was. Null where nothing ran.
 *
 * @param whole all of the load: what starts a rush has to be let in
 */
export function reservationFor(node: string, whole: Stretch, factor = 1): Reservation | null {
  const need = needOf(node, whole);
  if (need === null) return null;
  const mean = factor * need.mean;
  const peak = ifRead(() => highest(whole, [node, 'ConcurrentExecutions', 'Maximum']));
  return { ...need, mean, peak, enough: Math.max(enoughAtRandom(mean), Math.ceil((factor * (peak ?? 0)) / CONCURRENCY_NEAR)) };
}
