import type { EndedSpan, TraceTree } from './trace-tree.ts';

/**
 * Seconds in which a span was at work itself: its duration without the time in which any of its children was (their union, clipped to it).
 * Unlike the critical path it counts all work, also what nobody waited for.
 */
export function selfTime(span: EndedSpan, tree: TraceTree): number {
  let [coveredS, atS] = [0, span.startS];
  for (const { startS, endS } of tree.childrenOf(span.id)) {
    const fromS = Math.max(atS, startS);
    const toS = Math.min(endS, span.endS);
    if (toS <= fromS) continue;
    coveredS += toS - fromS;
    atS = toS;
  }
  return Math.max(0, span.endS - span.startS - coveredS);
}
