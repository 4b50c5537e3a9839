import type { Target } from '../contract.ts';
import { serversFor } from '../models/queueing/index.ts';

/** Executions cost nothing until they are used, so that headroom is for free. Guess: tune. */
const BLOCKED_MAX = 1e-6;
/** Of the failures that the targets allow. Guess: tune. */
const BUDGET_SHARE = 0.01;

/** The share of arrivals that may be refused for want of concurrency: far below what the targets of errors and availability allow. */
function blockedMaxOf(targets: readonly Target[]): number {
  const allowed = targets.flatMap(({ id, limit }) => {
    if (limit === null) return [];
    if (id === 'error-rate') return [limit];
    return id === 'availability' ? [1 - limit] : [];
  });
  return Math.min(BLOCKED_MAX, ...allowed.filter((share) => share > 0).map((share) => BUDGET_SHARE * share));
}

/**
 * Executions that turn next to none of the arrivals away, by Erlang's loss formula.
 *
 * @param offered by Little's law: arrivals per second × seconds of one
 */
export const concurrencyNeed = (offered: number, targets: readonly Target[]): number => serversFor(offered, blockedMaxOf(targets));
