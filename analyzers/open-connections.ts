import type { Client } from './contract.ts';
import { slotsWithin, total } from './series.ts';

/**
 * How many WebSocket connections of the client were open, in the mean over a stretch: those begun until then, less those ended. Of connections that
 * others opened it knows nothing.
 */
export function openConnections(client: Client, fromS: number, toS: number): number | null {
  const begun = client.counters.find(({ name }) => name === 'ws_sessions')?.slots ?? [];
  // k6 tells how long a connection lasted when it ends.
  const ended = client.trends.find(({ name }) => name === 'ws_session_duration')?.slots ?? [];
  const range = slotsWithin(client, fromS, toS);
  if (range.to === range.from) return null;
  let open = 0;
  const atEnd = Array.from({ length: range.to }, (_, slot) => {
    open += (begun[slot] ?? 0) - (ended[slot]?.count ?? 0);
    return open;
  });
  return total(atEnd, range) / (range.to - range.from);
}
