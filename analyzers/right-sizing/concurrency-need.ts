import type { Target } from '../contract.ts';
import { needOf, REFUSED_MAX, unreservedOf } from '../lambda-capacity.ts';
import { serversFor } from '../models/queueing/index.ts';
import type { RightSizingInput, Use } from './rule.ts';

/** Of the failures that the targets allow. Guess: tune. */
const BUDGET_SHARE = 0.01;

/** The share of arrivals that may be refused for want of concurrency: far below what the targets of errors and availability allow. */
function blockedMaxOf(targets: readonly Target[]): number {
  const allowed = targets.flatMap(({ id, limit }) => {
    if (limit === null) return [];
    if (id === 'error-rate') return [limit];
    return id === 'availability' ? [1 - limit] : [];
  });
  return Math.min(REFUSED_MAX, ...allowed.filter((share) => share > 0).map((share) => BUDGET_SHARE * share));
}

/**
 * Executions that turn next to none of the arrivals away, by Erlang's loss formula.
 *
 * @param offered by Little's law: arrivals per second × seconds of one
 */
export const concurrencyNeed = (offered: number, targets: readonly Target[]): number => serversFor(offered, blockedMaxOf(targets));

/**
 * What functions without a reservation share, and what they need of it in the busiest period, each by Little's law. Null where the account's limit could not
 * be read, or nothing is left.
 *
 * @param offered of a function, in place of what the run offered it: 0 where it shares nothing any more
 */
export function sharedConcurrency(
  { inventory, whole, targets, load }: Pick<RightSizingInput, 'inventory' | 'whole' | 'targets' | 'load'>,
  offered: { node: string; executions: number },
): Omit<Use, 'taken'> | null {
  const shared = unreservedOf(inventory);
  if (shared === null) return null;
  const others = shared.nodes.filter((node) => node !== offered.node);
  const sum = others.reduce((so, node) => so + (needOf(node, whole)?.mean ?? 0), offered.executions);
  return {
    what: 'concurrency for functions without a reservation',
    unit: 'executions',
    used: concurrencyNeed(load.factor * sum, targets),
    capacity: shared.limit,
    safe: 1,
  };
}
