import type { Client, Evidence, Trace, Window } from './contract.ts';
import { mergeHistograms, quantile, quantileInterval } from './models/histogram.ts';
import { slotsWithin } from './series.ts';
import { routeKey } from './traces/operation-names.ts';
import { durationOf, traceTree } from './traces/trace-tree.ts';
import { plural } from './words.ts';

/** "0.1 second is about the limit for having the user feel that the system is reacting instantaneously" (Nielsen 1993), and a request has more before it. Guess: tune. */
const SLOW_S = 0.15;
/** Both tails of the median's interval: it is above what counts as slow by 95 %, which five requests can say at the least. */
const CONFIDENCE = 0.9;
/** A trace that took less than so much of the median was no slow one. */
const TYPICAL_MIN = 0.5;

/** A kind of request that is slow by every request of it, as the client counts them. */
export interface SlowKind {
  name: string;
  medianS: number;
  requests: number;
  /** Whole traces of those that took long. */
  typical: { trace: Trace; lengthS: number }[];
}

/** Within the steady window, and in all of the run where there was none: a ramp is slow by itself. The most time first. */
export function slowKinds(client: Client, window: Window, traces: readonly Trace[]): SlowKind[] {
  const { from, to } = window.steady ? slotsWithin(client, window.fromS, window.toS) : { from: 0, to: client.slots };
  const slow = client.endpoints
    .flatMap(({ name, latencyS }) => {
      const latency = mergeHistograms(latencyS.slice(from, to));
      if (latency === null) return [];
      const [medianS, interval] = [quantile(latency, 0.5), quantileInterval(latency, 0.5, CONFIDENCE)];
      if (medianS === null || interval === null || interval[0] < SLOW_S) return [];
      return [{ name, medianS, requests: latency.count }];
    })
    .sort((a, b) => b.medianS * b.requests - a.medianS * a.requests);
  // In most runs nothing is slow, and there may be thousands of traces.
  if (slow.length === 0) return [];
  const byRoute = Map.groupBy(traces, (trace) => routeKey(traceTree(trace).root?.operation ?? ''));
  return slow.map((kind) => ({ ...kind, typical: typicalOf(kind.medianS, byRoute.get(routeKey(kind.name)) ?? []) }));
}

const typicalOf = (medianS: number, traces: readonly Trace[]): SlowKind['typical'] =>
  traces.flatMap((trace) => {
    const { root } = traceTree(trace);
    const lengthS = root === null || trace.partial ? 0 : durationOf(root);
    return lengthS < TYPICAL_MIN * medianS ? [] : [{ trace, lengthS }];
  });

export const medianOf = ({ name, medianS, requests }: Omit<SlowKind, 'typical'>): Evidence => ({
  what: `${name}: median of ${plural(requests, 'request')} as the client saw it`,
  value: 1000 * medianS,
  limit: 1000 * SLOW_S,
  unit: 'ms',
});
