import { type Inventory, isMissing, type Missing } from './contract.ts';

/** Why series were not read that a source was asked for, by node and metric. */
export type Unread = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const ALL_READ: Unread = new Map();

export function unreadOf({ gaps }: Pick<Inventory, 'gaps'>): Unread {
  const unread = new Map<string, Map<string, string>>();
  for (const { reason, series = [] } of gaps) {
    for (const { node, metric } of series) {
      const metrics = unread.get(node) ?? new Map<string, string>();
      unread.set(node, metrics.set(metric, reason));
    }
  }
  return unread;
}

/** Ends an audit's question to a resource: an answer from what is left would be a guess. */
class UnreadSeries extends Error {}

/** @throws UnreadSeries where it was not read, or one of its parts (`<metric>:<part>`) that the whole is added up from */
export function refuseUnread(unread: Unread, node: string, metric: string): void {
  for (const [known, reason] of unread.get(node) ?? [])
    if (known === metric || known.startsWith(`${metric}:`)) throw new UnreadSeries(reason);
}

/** @throws UnreadSeries where any was not read: for what is asked of all the platform at once */
export function refuseAnyUnread(unread: Unread): void {
  for (const [node, metrics] of unread) for (const metric of metrics.keys()) refuseUnread(unread, node, metric);
}

/** What is asked, or the reason of the gap that keeps it from an answer. */
export function orMissing<T>(ask: () => T): T | Missing {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnreadSeries) return { missing: error.message };
    throw error;
  }
}

/** For what stands beside a finding and decides nothing: null where it was not read. */
export function ifRead<T>(read: () => T): T | null {
  const answer = orMissing(read);
  return isMissing(answer) ? null : answer;
}
