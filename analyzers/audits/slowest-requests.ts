import type { Audit, Client, EndpointSeries, Evidence, Finding, Trace } from '../contract.ts';
import { mergeHistograms, quantile } from '../models/histogram.ts';
import { routeKey } from '../traces/operation-names.ts';
import { pathParts } from '../traces/path-parts.ts';
import { sampleNote } from '../traces/sample-note.ts';
import { durationOf, type EndedSpan, traceTree } from '../traces/trace-tree.ts';
import { figure, percent } from '../words.ts';

/** Endpoints worth a line. */
const ENDPOINTS_MAX = 3;
const QUANTILE = 0.95;
/** A trace that took less than so much of the p95 says nothing of what made others slow. Guess: tune. */
const SLOW_SHARE_MIN = 0.5;
/** Below these, the 95th percentile is the slowest request. */
const REQUESTS_MIN = 1 / (1 - QUANTILE);

export const slowestRequests: Audit<'client' | 'traces'> = {
  id: 'slowest-requests',
  question: 'Where did the time of the slowest requests go?',
  needs: ['client', 'traces'],
  audit({ client, traces }) {
    const slowest = slowestEndpoints(client);
    if (slowest.length === 0) return [];
    const examples = examplesOf(traces.traces);
    const linked = slowest.map((endpoint) => ({ ...endpoint, example: examples.get(routeKey(endpoint.name)) ?? null }));
    return finding(linked, sampleNote(traces));
  },
};

interface Slow {
  name: string;
  p95Ms: number;
}
interface Example {
  traceId: string;
  root: EndedSpan;
  trace: Trace;
}
type Linked = Slow & { example: Example | null };

function slowestEndpoints({ endpoints }: Client): Slow[] {
  return endpoints
    .flatMap(slowOf)
    .sort((a, b) => b.p95Ms - a.p95Ms)
    .slice(0, ENDPOINTS_MAX);
}

function slowOf({ name, latencyS }: EndpointSeries): Slow[] {
  const latency = mergeHistograms(latencyS);
  const p95S = latency === null || latency.count < REQUESTS_MIN ? null : quantile(latency, QUANTILE);
  return p95S === null ? [] : [{ name, p95Ms: 1000 * p95S }];
}

/** Of each route the slowest trace, whole ones before others. */
function examplesOf(traces: readonly Trace[]): Map<string, Example> {
  const examples = new Map<string, Example>();
  for (const trace of traces) {
    const { root } = traceTree(trace);
    if (root === null) continue;
    const key = routeKey(root.operation);
    const known = examples.get(key);
    if (known === undefined || isBetter(trace, root, known)) examples.set(key, { traceId: trace.id, root, trace });
  }
  return examples;
}

const isBetter = (trace: Trace, root: EndedSpan, known: Example): boolean =>
  trace.partial === known.trace.partial ? durationOf(root) > durationOf(known.root) : !trace.partial;

function finding(linked: readonly Linked[], note: string): Finding {
  const [first] = linked;
  const traced = linked.find(isSlow);
  const longest = traced === undefined ? null : longestPart(traced.example);
  const lostS = traced === undefined ? 0 : (pathParts(traced.example.trace)[0]?.selfS ?? 0);
  return {
    id: 'slowest-requests',
    verdict: 'pass',
    severity: 'info',
    title: `The slowest requests are ${first?.name} (p95 ${figure(first?.p95Ms ?? 0)} ms)${longest !== null && traced === first ? `, most of it ${longest}` : ''}`,
    why: `Each is linked to the slowest of its requests that was traced; the slowest of all may not have been, since platforms trace a sample.${note}`,
    evidence: linked.flatMap(evidenceOf),
    next:
      traced === undefined
        ? 'Run longer, or trace a larger share: none of these requests was traced while it was slow.'
        : `Open trace ${traced.example.traceId} in CloudWatch (X-Ray traces), or with \`aws xray batch-get-traces --trace-ids ${traced.example.traceId}\`.`,
    ...(longest !== null && { effect: `Without ${longest}, such a request would take up to ${figure(1000 * lostS)} ms less.` }),
  };
}

const isSlow = (linked: Linked): linked is Slow & { example: Example } =>
  linked.example !== null && 1000 * durationOf(linked.example.root) >= SLOW_SHARE_MIN * linked.p95Ms;

function evidenceOf({ name, p95Ms, example }: Linked): Evidence[] {
  const p95: Evidence = { what: `${name}: p95 as the client saw it`, value: p95Ms, unit: 'ms' };
  if (example === null) return [p95, { what: `${name}: trace`, value: null }];
  return [
    p95,
    { what: `${name}: slowest trace${example.trace.partial ? ' (partial)' : ''}`, value: example.traceId },
    { what: `${name}: that request took`, value: 1000 * durationOf(example.root), unit: 'ms' },
    { what: `${name}: most of it`, value: longestPart(example) },
  ];
}

/** `dynamodb:auctions Query (62 %)` */
function longestPart({ trace, root }: Example): string | null {
  const [longest] = pathParts(trace);
  if (longest === undefined || durationOf(root) <= 0) return null;
  return `${longest.node} ${longest.operation} (${percent(longest.selfS / durationOf(root))})`;
}
