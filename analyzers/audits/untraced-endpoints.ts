import { type Audit, type Evidence, type Finding, isMissing, type Trace } from '../contract.ts';
import { PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed, windowStretch } from '../platform-audit.ts';
import { highest, type Stretch } from '../platform-series.ts';
import { medianOf, type SlowKind, slowKinds } from '../slow-kinds.ts';
import { routeKey } from '../traces/operation-names.ts';
import { traceTree } from '../traces/trace-tree.ts';
import { ifRead } from '../unread-series.ts';
import { figure, plural } from '../words.ts';

/** Of the kind's median: a function that took less was not what was waited for, and nor was a call. */
const PART_MIN = 0.5;

/**
 * Platforms trace a sample of requests, so that of a rare kind there may be no trace. Where all neighbours of its route are served by one function, and
 * that took as long by its own metric while nothing that it calls did, it is the function's own doing. Else it is only said that no trace tells.
 */
export const untracedEndpoints: Audit<PlatformNeed | 'traces'> = {
  id: 'untraced-endpoints',
  question: 'Which function makes a kind of request slow of which there is no trace?',
  needs: [...PLATFORM_NEEDS, 'traces'],
  audit(inputs) {
    const untraced = slowKinds(inputs.client, inputs.window, inputs.traces.traces).filter(({ typical }) => typical.length === 0);
    if (untraced.length === 0) return [];
    const stretch = windowStretch(inputs);
    if (isMissing(stretch)) return stretch;
    const served = untraced.map((slow) => ({ slow, node: servedBy(slow.name, inputs.traces.traces) }));
    const blamed = served.flatMap(({ slow, node }) => (node === null ? [] : (blame(slow, node, stretch, inputs) ?? [])));
    const untold = untraced.filter((slow) => !blamed.some((each) => each.slow === slow));
    const ofNodes = [...Map.groupBy(blamed, ({ node }) => node).values()].map(finding);
    return untold.length === 0 ? ofNodes : [...ofNodes, notTold(untold)];
  },
};

interface Blamed {
  slow: SlowKind;
  node: string;
  durationMs: number;
  calledMs: number | null;
}

const partsOf = (name: string): string[] =>
  routeKey(name.replace(/^[A-Z]+ /, ''))
    .split('/')
    .filter((part) => part !== '');

/** The function behind the routes that have most of their path in common with this one; null where there are several, or none. */
function servedBy(name: string, traces: readonly Trace[]): string | null {
  const own = partsOf(name);
  const commonOf = (other: readonly string[]): number => {
    const differs = own.findIndex((part, i) => part !== other[i]);
    return differs === -1 ? own.length : differs;
  };
  const neighbours = traces.flatMap((trace) => {
    const common = commonOf(partsOf(traceTree(trace).root?.operation ?? ''));
    const node = trace.spans.find((span) => span.node.startsWith('lambda:'))?.node;
    return common === 0 || node === undefined ? [] : [{ common, node }];
  });
  const nearest = Math.max(0, ...neighbours.map(({ common }) => common));
  const nodes = new Set(neighbours.filter(({ common }) => common === nearest).map(({ node }) => node));
  const [only, ...others] = nodes;
  return only === undefined || others.length > 0 ? null : only;
}

function blame(slow: SlowKind, node: string, stretch: Stretch, { inventory }: PlatformInputs): Blamed | null {
  const leastMs = 1000 * PART_MIN * slow.medianS;
  const durationMs = ifRead(() => highest(stretch, [node, 'Duration', 'p95']));
  if (durationMs === null || durationMs < leastMs) return null;
  const callees = new Set(inventory.edges.flatMap(({ from, to }) => (from === node ? [to] : [])));
  const latencies = stretch.file.series.filter((series) => callees.has(series.node) && isLatency(series.metric) && series.stat === 'p95');
  const called = latencies.flatMap((series) => ifRead(() => highest(stretch, [series.node, series.metric, series.stat])) ?? []);
  const calledMs = called.length === 0 ? null : Math.max(...called);
  return calledMs !== null && calledMs >= leastMs ? null : { slow, node, durationMs, calledMs };
}

/** `SuccessfulRequestLatency:GetItem` */
const isLatency = (metric: string): boolean => /Latency(:|$)/.test(metric);

function finding(blamed: Blamed[]): Finding {
  const [{ slow, node, durationMs, calledMs }] = blamed as [Blamed, ...Blamed[]];
  const others = blamed.length > 1 ? `, and ${plural(blamed.length - 1, 'other endpoint')} likewise` : '';
  const evidence: Evidence[] = [
    ...blamed.map((each) => medianOf(each.slow)),
    { what: `${node}: Duration p95 of the worst period`, value: durationMs, unit: 'ms' },
    { what: 'what it calls: latency p95 of the worst period', value: calledMs, unit: 'ms' },
  ];
  return {
    id: 'untraced-endpoints',
    verdict: 'warn',
    severity: 'medium',
    title: `${slow.name} takes ${figure(1000 * slow.medianS)} ms, in ${node}'s own code by its metrics${others}`,
    limiter: { node, resource: 'code', harm: 'slow', since: null },
    why: 'No whole trace of a slow one was recorded. The function serves the routes beside it, took as long, and nothing it calls that tells its latency did.',
    evidence,
    next: `Profile ${node}: it computes, or waits (locks, sleeps, retries of its own). Add an X-Ray sampling rule for ${slow.name} to see where.`,
    effect: `A request of ${slow.name} would take up to ${figure(1000 * slow.medianS)} ms less.`,
  };
}

/** Its targets may hold, so that it is no failure; but nobody is to think that there is nothing to find. */
function notTold(slow: readonly SlowKind[]): Finding {
  const [{ name, medianS }] = slow as [SlowKind, ...SlowKind[]];
  const others = slow.length > 1 ? `, nor of ${plural(slow.length - 1, 'other slow endpoint')}` : '';
  return {
    id: 'untraced-endpoints',
    verdict: 'pass',
    severity: 'medium',
    title: `${name} takes ${figure(1000 * medianS)} ms, and no whole trace of a slow one tells where${others}`,
    why: 'Platforms trace a sample of requests, and of a rare one there may be none.',
    evidence: slow.map(medianOf),
    next: `Add an X-Ray sampling rule for ${name} with a higher rate, or run for longer.`,
  };
}
