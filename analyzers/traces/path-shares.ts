import type { Trace } from '../contract.ts';
import { pathParts } from './path-parts.ts';
import { selfTime } from './self-time.ts';
import { durationOf, traceTree } from './trace-tree.ts';

/** What one operation of one node takes of the time of requests. */
export interface PathShare {
  node: string;
  operation: string;
  /** Of all requests' time, 0 to 1, each trace counted as often as it stands for. */
  share: number;
  /** 95 %; null with fewer than two traces. */
  interval: [lo: number, hi: number] | null;
  /** On the critical path, a request on average. */
  pathMs: number;
  /** On and off the path, a request on average. */
  selfMs: number;
}

export interface PathShares {
  /** The largest first. */
  shares: PathShare[];
  /** Complete traces that it is made of, and requests that they stand for. */
  traces: number;
  requests: number;
}

/** Normal quantile of a 95 % interval. */
const Z = 1.959964;

interface Sums {
  node: string;
  operation: string;
  /** Σ w·s, Σ w²·s², Σ w²·s·d, with w a trace's weight, s the path's seconds in it, d its root's. */
  ws: number;
  wwss: number;
  wwsd: number;
  /** Σ w·self */
  self: number;
}

/**
 * Where the time of requests goes: on the critical path (what the player waited for), and by self time. The share is the ratio of two
 * weighted sums, its standard error that of a ratio estimate by linearisation (Cochran, Sampling Techniques, 6.4).
 */
export function pathShares(traces: readonly Trace[]): PathShares {
  const byKey = new Map<string, Sums>();
  let [count, requests, wd, wwdd] = [0, 0, 0, 0];
  for (const trace of traces) {
    const durationS = addTrace(byKey, trace);
    if (durationS === null) continue;
    count += 1;
    requests += trace.weight;
    wd += trace.weight * durationS;
    wwdd += (trace.weight * durationS) ** 2;
  }
  const shares = [...byKey.values()].map(({ node, operation, ws, wwss, wwsd, self }) => {
    const share = wd > 0 ? ws / wd : 0;
    const variance = Math.max(0, wwss - 2 * share * wwsd + share * share * wwdd) * (count / (count - 1));
    const half = (Z * Math.sqrt(variance)) / wd;
    const interval: PathShare['interval'] = count > 1 && wd > 0 ? [Math.max(0, share - half), Math.min(1, share + half)] : null;
    return { node, operation, share, interval, pathMs: (1000 * ws) / requests, selfMs: (1000 * self) / requests };
  });
  return { shares: shares.sort((a, b) => b.share - a.share || (a.node < b.node ? -1 : 1)), traces: count, requests };
}

/** @returns the root's seconds; null for a trace that isn't whole */
function addTrace(byKey: Map<string, Sums>, trace: Trace): number | null {
  if (trace.partial) return null;
  const tree = traceTree(trace);
  if (tree.root === null) return null;
  const durationS = durationOf(tree.root);
  const sumsOf = (node: string, operation: string): Sums => {
    const key = `${node}\n${operation}`;
    const known = byKey.get(key) ?? { node, operation, ws: 0, wwss: 0, wwsd: 0, self: 0 };
    byKey.set(key, known);
    return known;
  };
  for (const { node, operation, selfS } of pathParts(trace)) {
    const sums = sumsOf(node, operation);
    sums.ws += trace.weight * selfS;
    sums.wwss += (trace.weight * selfS) ** 2;
    sums.wwsd += trace.weight ** 2 * selfS * durationS;
  }
  for (const span of trace.spans) {
    if (span.endS !== null) sumsOf(span.node, span.operation).self += trace.weight * selfTime({ ...span, endS: span.endS }, tree);
  }
  return durationS;
}
