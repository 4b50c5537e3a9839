import type { Client, Plan } from './contract.ts';

/**
 * When the first player came, in epoch seconds: what "into the run" counts from, everywhere. The embedded stack's own start, or a long `setup()`, goes
 * before it. A run that no player is known of begins with its plan; null where that has no start either.
 */
export const runStartS = ({
  plan,
  client,
}: {
  plan: Pick<Plan, 'startedAt'>;
  client: Pick<Client, 'executionStartS'> | null;
}): number | null => client?.executionStartS ?? secondsOf(plan.startedAt);

export const runEndS = ({ endedAt }: Pick<Plan, 'endedAt'>): number | null => secondsOf(endedAt);

function secondsOf(iso: string | null): number | null {
  const ms = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? null : ms / 1000;
}
