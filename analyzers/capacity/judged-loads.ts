import type { LoadStep } from './load-step.ts';

/** What all tries of one load say together. */
export interface JudgedLoad extends Pick<LoadStep, 'users' | 'holds' | 'reason' | 'throughput'> {
  tries: number;
}

/** Each load once, the smallest first. Where tries of one disagree, most of them decide; with as many against it as for it nothing is known. */
export function judgedLoads(steps: readonly LoadStep[]): JudgedLoad[] {
  return [...Map.groupBy(steps, ({ users }) => users)].map(([users, tries]) => judged(users, tries)).sort((a, b) => a.users - b.users);
}

function judged(users: number, tries: readonly LoadStep[]): JudgedLoad {
  const [held, missed] = [tries.filter(({ holds }) => holds === 'yes'), tries.filter(({ holds }) => holds === 'no')];
  const decisive = held.length > missed.length ? held : missed;
  if (held.length === missed.length && held.length > 0) {
    const reason = `it held once for each time that it did not (${held.length} and ${missed.length})`;
    return { users, tries: tries.length, holds: 'unknown', reason, throughput: held.at(-1)?.throughput ?? null };
  }
  const last = decisive.at(-1) ?? tries.at(-1);
  return {
    users,
    tries: tries.length,
    holds: last?.holds ?? 'unknown',
    reason: last?.reason ?? null,
    throughput: last?.throughput ?? null,
  };
}
