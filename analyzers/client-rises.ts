import type { Client, EndpointSeries, Evidence, Trace } from './contract.ts';
import { stepUp } from './models/step-up.ts';
import { activeSlots, runSeries, slotStartS, total } from './series.ts';
import { routeKey } from './traces/operation-names.ts';
import { traceTree } from './traces/trace-tree.ts';
import { figure, plural } from './words.ts';

/** A smaller rise is none that a player would tell. Guess: tune. */
const RISE_MIN = 1.25;

/**
 * When the client began to feel a part of the platform: what limits a system is beyond its limit before, or in the same period. The first error, and
 * the rise of the mean latency with the levels that it rose between, of the requests that traces show to pass through it (of all where they show none),
 * in seconds from the first user's beginning.
 */
export function clientRises(client: Client, traces: readonly Trace[], node: string): Evidence[] {
  const routes = routesThrough(traces, node);
  const through = client.endpoints.filter(({ name }) => routes.has(routeKey(name)));
  return risesOf(client, through.length > 0 ? through : client.endpoints, through.length > 0 ? 'its requests' : 'all requests');
}

function routesThrough(traces: readonly Trace[], node: string): Set<string> {
  const passing = traces.filter(({ spans }) => spans.some((span) => span.node === node));
  return new Set(passing.flatMap((trace) => traceTree(trace).root?.operation ?? []).map(routeKey));
}

function risesOf(client: Client, endpoints: EndpointSeries[], whose: string): Evidence[] {
  const active = activeSlots(client);
  if (active === null) return [];
  const { latencySumS, latencyCount, errors } = runSeries({ ...client, endpoints });
  const of = (values: readonly number[], slot: number): number => values[slot] ?? 0;
  const slots = Array.from({ length: active.to - active.from }, (_, i) => active.from + i).filter((slot) => of(latencySumS, slot) > 0);
  const after = (at: number): number => Math.max(0, slotStartS(client, slots[at] ?? Number.NaN) - (client.executionStartS ?? Number.NaN));
  const slower = stepUp(slots.map((slot) => Math.log(of(latencySumS, slot) / of(latencyCount, slot))));
  const rises: Evidence[] = [];
  if (slower !== null && slower.after - slower.before >= Math.log(RISE_MIN)) {
    const [from, to] = [slower.before, slower.after].map((level) => figure(1000 * Math.exp(level)));
    rises.push({ what: `client: mean latency of ${whose} rose from ${from} to ${to} ms after`, value: after(slower.at), unit: 's' });
  }
  const failing = slots.findIndex((slot) => of(errors, slot) > 0);
  if (failing !== -1)
    rises.push({ what: `client: first of ${plural(total(errors), 'error')} of ${whose} after`, value: after(failing), unit: 's' });
  return rises.length > 0 ? rises : [{ what: `client: errors of ${whose}, or a rise of their latency`, value: 'none within the run' }];
}
