import { coldStartAdvice } from '../cold-start-advice.ts';
import { type Audit, type Client, type Evidence, type Finding, type Inventory, orNull, type Trace, type Window } from '../contract.ts';
import { needOf } from '../lambda-capacity.ts';
import { mergeHistograms, quantile, quantileInterval } from '../models/histogram.ts';
import { fullLoadStretch } from '../platform-audit.ts';
import type { Stretch } from '../platform-series.ts';
import { type SlotRange, slotsWithin } from '../series.ts';
import { insteadOfScan } from '../table-operations.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { INVOCATION, isStart } from '../traces/invocations.ts';
import { routeKey } from '../traces/operation-names.ts';
import { pathParts } from '../traces/path-parts.ts';
import { sampleNote } from '../traces/sample-note.ts';
import { durationOf, traceTree } from '../traces/trace-tree.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** "0.1 second is about the limit for having the user feel that the system is reacting instantaneously" (Nielsen 1993), and a request has more before it. Guess: tune. */
const SLOW_S = 0.15;
/** Both tails of the median's interval: it is above what counts as slow by 95 %, which five requests can say at the least. */
const CONFIDENCE = 0.9;
/** A trace that took less than so much of the median was no slow one. */
const TYPICAL_MIN = 0.5;
/** What takes less than half of the time shares the blame. */
const SHARE_MIN = 0.5;

/**
 * Slow by every request of its kind, which the client counts, and because of one part, which traces show. Platforms trace a sample of requests, so that of
 * a rare one there may be few: they say where its time goes, not that it is slow. A ramp is slow by itself, with environments that start for the first time,
 * so that only the steady window counts, and all of the run where there was none.
 */
export const slowEndpoints: Audit<'client' | 'traces' | 'window', 'platform' | 'inventory'> = {
  id: 'slow-endpoints',
  question: 'Is one part the reason why a kind of request is slow?',
  needs: ['client', 'traces', 'window'],
  wants: ['platform', 'inventory'],
  audit({ client, traces, window, platform, inventory }) {
    const judged = window.steady ? slotsWithin(client, window.fromS, window.toS) : { from: 0, to: client.slots };
    const slow = slowOnes(client, judged);
    if (slow.length === 0) return [];
    const byRoute = Map.groupBy(traces.traces, (trace) => routeKey(traceTree(trace).root?.operation ?? ''));
    const traced = slow.map((each) => ({ ...each, typical: typicalOf(each, byRoute.get(routeKey(each.name)) ?? []) }));
    const blamed = traced.flatMap((each) => blame(each, each.typical) ?? []);
    const stretch = stretchOf({ platform: orNull(platform), inventory: orNull(inventory), window });
    const said = [...Map.groupBy(blamed, ({ node }) => node).values()].map((ofNode) => finding(ofNode, sampleNote(traces), stretch));
    const untraced = traced.filter(({ typical }) => typical.length === 0);
    return untraced.length === 0 ? said : [...said, notTraced(untraced)];
  },
};

interface Around {
  platform: TelemetryFile | null;
  inventory: Inventory | null;
  window: Window;
}

const stretchOf = ({ platform, inventory, window }: Around): Stretch | null =>
  platform === null || inventory === null ? null : fullLoadStretch({ platform, inventory, window });

interface Slow {
  name: string;
  medianS: number;
  requests: number;
}

/** What Lambda does before it runs any code, whichever of its spans shows it. */
const START = 'start';

interface Blamed extends Slow {
  node: string;
  operation: string;
  share: number;
  selfS: number;
  traces: number;
  example: string;
}

function slowOnes({ endpoints }: Client, { from, to }: SlotRange): Slow[] {
  return endpoints
    .flatMap(({ name, latencyS }) => {
      const latency = mergeHistograms(latencyS.slice(from, to));
      if (latency === null) return [];
      const [medianS, interval] = [quantile(latency, 0.5), quantileInterval(latency, 0.5, CONFIDENCE)];
      return medianS === null || interval === null || interval[0] < SLOW_S ? [] : [{ name, medianS, requests: latency.count }];
    })
    .sort((a, b) => b.medianS * b.requests - a.medianS * a.requests);
}

interface Typical {
  trace: Trace;
  lengthS: number;
}

/** Whole traces of those that took long. */
const typicalOf = ({ medianS }: Slow, traces: readonly Trace[]): Typical[] =>
  traces.flatMap((trace) => {
    const { root } = traceTree(trace);
    const lengthS = root === null || trace.partial ? 0 : durationOf(root);
    return lengthS < TYPICAL_MIN * medianS ? [] : [{ trace, lengthS }];
  });

/** Its targets may hold, so that it is no failure; but nobody is to think that there is nothing to find. */
function notTraced(slow: readonly Slow[]): Finding {
  const [{ name, medianS }] = slow as [Slow, ...Slow[]];
  const others = slow.length > 1 ? `, nor of ${plural(slow.length - 1, 'other slow endpoint')}` : '';
  return {
    id: 'slow-endpoints',
    verdict: 'pass',
    severity: 'medium',
    title: `${name} takes ${figure(1000 * medianS)} ms, and no whole trace of a slow one tells where${others}`,
    why: 'Platforms trace a sample of requests, and of a rare one there may be none.',
    evidence: slow.map(evidenceOfMedian),
    next: `Add an X-Ray sampling rule for ${name} with a higher rate, or run for longer.`,
  };
}

function blame(slow: Slow, typical: readonly Typical[]): Blamed | null {
  const totalS = typical.reduce((sum, { lengthS }) => sum + lengthS, 0);
  const parts = Map.groupBy(
    typical.flatMap(({ trace }) => pathParts(trace)).map((part) => (isStart(part) ? { ...part, operation: START } : part)),
    ({ node, operation }) => `${node}\n${operation}`,
  );
  const [most] = [...parts.values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, selfS: others.reduce((sum, { selfS }) => sum + selfS, first.selfS) }],
    )
    .sort((a, b) => b.selfS - a.selfS);
  if (most === undefined || most.selfS < SHARE_MIN * totalS) return null;
  return {
    ...slow,
    ...most,
    share: most.selfS / totalS,
    selfS: most.selfS / typical.length,
    traces: typical.length,
    example: typical[0]?.trace.id ?? '',
  };
}

function finding(blamed: readonly Blamed[], note: string, stretch: Stretch | null): Finding {
  const [worst] = blamed as [Blamed, ...Blamed[]];
  const { node, name, medianS, share, selfS } = worst;
  const { part, resource, next } = adviceOn(worst, stretch);
  const others = blamed.length > 1 ? `, and ${plural(blamed.length - 1, 'other endpoint')} likewise` : '';
  return {
    id: 'slow-endpoints',
    verdict: 'warn',
    severity: 'medium',
    title: `${name} takes ${figure(1000 * medianS)} ms, ${percent(share)} of it in ${part}${others}`,
    limiter: { node, resource, harm: 'slow', since: null },
    why: `Half of its requests take at least so long. Of the traces of such ones, what the player waited for is mostly this part itself, not what it calls.${note}`,
    evidence: blamed.flatMap(evidenceOf),
    next,
    effect: `A request of ${name} would take up to ${figure(1000 * selfS)} ms less.`,
  };
}

function adviceOn({ node, operation, example }: Blamed, stretch: Stretch | null): { part: string; resource: string; next: string } {
  if (operation === START) {
    const need = stretch && ifRead(() => needOf(node, stretch));
    return { part: `${node}'s starts, in which none of its code runs`, resource: 'cold-starts', next: coldStartAdvice(node, need) };
  }
  if (node.startsWith('lambda:') && operation === INVOCATION) {
    const next = `Profile ${node}: it computes, waits (locks, sleeps, retries of its own) or calls what is not traced. More memory helps only where it computes.`;
    return { part: `${node}'s own code`, resource: 'code', next };
  }
  const part = `${node} ${operation}`;
  if (node.startsWith('dynamodb:') && operation === 'Scan') return { part, resource: 'index', next: insteadOfScan(node) };
  // Slow ones or many: traces of slow requests alone don't tell.
  return { part, resource: 'calls', next: `Look at ${part} first: open trace ${example}.` };
}

const evidenceOfMedian = ({ name, medianS, requests }: Slow): Evidence => ({
  what: `${name}: median of ${plural(requests, 'request')} as the client saw it`,
  value: 1000 * medianS,
  limit: 1000 * SLOW_S,
  unit: 'ms',
});

const evidenceOf = ({ share, traces, ...slow }: Blamed): Evidence[] => [
  evidenceOfMedian(slow),
  {
    what: `${slow.name}: share of ${slow.node} ${slow.operation} in ${plural(traces, 'trace')}`,
    value: 100 * share,
    limit: 100 * SHARE_MIN,
    unit: '%',
  },
];
