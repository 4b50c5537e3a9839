import type { Client, Evidence } from './contract.ts';
import { stepUp } from './models/step-up.ts';
import { activeSlots, type RunSeries, slotStartS } from './series.ts';
import { figure, percent } from './words.ts';

/** A smaller rise is none that a player would tell. Guess: tune. */
const RISE_MIN = 1.25;

/**
 * When the client began to feel it: what limits a system is beyond its limit before, or in the same period. The mean latency and the share of errors,
 * each with the levels that it rose between, and the seconds from the first user's beginning to its rise.
 */
export function clientRises(client: Client, series: RunSeries): Evidence[] {
  const active = activeSlots(client);
  if (active === null) return [];
  const seen = Array.from({ length: active.to - active.from }, (_, i) => active.from + i).filter(
    (slot) => (series.latencySumS[slot] ?? 0) > 0,
  );
  const after = (at: number): number => slotStartS(client, seen[at] ?? Number.NaN) - (client.executionStartS ?? Number.NaN);
  const latency = stepUp(seen.map((slot) => Math.log((series.latencySumS[slot] ?? 0) / (series.latencyCount[slot] ?? 0))));
  // The square root of a share spreads alike, whatever the share (Bartlett 1936).
  const errors = stepUp(seen.map((slot) => Math.sqrt((series.errors[slot] ?? 0) / (series.requests[slot] ?? 0))));
  const rises: Evidence[] = [];
  if (latency !== null && latency.after - latency.before >= Math.log(RISE_MIN)) {
    const [from, to] = [latency.before, latency.after].map((level) => figure(1000 * Math.exp(level)));
    rises.push({ what: `client's mean latency rose from ${from} to ${to} ms after`, value: Math.max(0, after(latency.at)), unit: 's' });
  }
  if (errors !== null) {
    const [from, to] = [errors.before, errors.after].map((level) => percent(level ** 2));
    rises.push({ what: `client's errors rose from ${from} to ${to} after`, value: Math.max(0, after(errors.at)), unit: 's' });
  }
  return rises.length > 0 ? rises : [{ what: "rise of the client's latency or errors", value: 'none within the run' }];
}
