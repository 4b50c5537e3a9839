import { enoughAtRandom, needOf, unreservedOf } from '../lambda-capacity.ts';
import type { RightSizingInput, Use } from './rule.ts';

/**
 * What functions without a reservation share, and what they need of it in the busiest period, each by Little's law. Null where the account's limit could not
 * be read, or nothing is left.
 *
 * @param offered of a function, in place of what the run offered it: 0 where it shares nothing any more
 */
export function sharedConcurrency(
  { inventory, whole, load }: Pick<RightSizingInput, 'inventory' | 'whole' | 'load'>,
  offered: { node: string; executions: number },
): Omit<Use, 'taken'> | null {
  const shared = unreservedOf(inventory);
  if (shared === null) return null;
  const others = shared.nodes.filter((node) => node !== offered.node);
  const sum = others.reduce((so, node) => so + (needOf(node, whole)?.mean ?? 0), offered.executions);
  return {
    what: 'concurrency for functions without a reservation',
    unit: 'executions',
    used: enoughAtRandom(load.factor * sum),
    capacity: shared.limit,
    safe: 1,
  };
}
