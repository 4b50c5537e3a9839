import type { Client, Timeline } from './contract.ts';
import { quantile } from './models/histogram.ts';
import { activeSlots, latencyIn, type RunSeries, type SlotRange, slotStartS, total } from './series.ts';

/** Points that a chart can show; more would cost bytes and no eye sees them. */
export const POINTS_MAX = 600;

/**
 * Series for the eye: neighbouring slots are gathered until there are at most 600. Null is "not measured": outside of the engine's run, and for a
 * latency without requests. While the engine ran, no requests are 0 per second.
 */
export function timelineOf(client: Client, series: RunSeries): Timeline {
  const active = activeSlots(client) ?? { from: 0, to: 0 };
  const width = Math.max(1, Math.ceil(client.slots / POINTS_MAX));
  const groups: SlotRange[] = [];
  for (let from = 0; from < client.slots; from += width) groups.push({ from, to: Math.min(client.slots, from + width) });
  const perS = (values: readonly number[]) => groups.map((group) => ratePerS(values, overlap(group, active), client.periodS));
  const latencies = groups.map((group) => latencyIn(client, group));
  const latencyMs = (q: number) => latencies.map((latency) => latency && (quantile(latency, q) ?? 0) * 1000);
  return {
    startS: slotStartS(client, 0),
    periodS: width * client.periodS,
    users: groups.map((group) => lastOf(client.users.slice(group.from, group.to))),
    requestsPerS: perS(series.requests),
    errorsPerS: perS(series.errors),
    latencyMs: { p50: latencyMs(0.5), p95: latencyMs(0.95), p99: latencyMs(0.99) },
  };
}

function ratePerS(values: readonly number[], range: SlotRange, periodS: number): number | null {
  return range.to > range.from ? total(values, range) / ((range.to - range.from) * periodS) : null;
}

const overlap = (a: SlotRange, b: SlotRange): SlotRange => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });

const lastOf = (values: readonly (number | null)[]): number | null => values.findLast((value) => value !== null) ?? null;
