import type { Trace } from '../contract.ts';
import { type EndedSpan, traceTree } from './trace-tree.ts';

/**
 * The critical path of a trace, for as long as analyzers/models/critical-path.ts is not there: a parent's time is charged to the child that
 * finished last, from the end backwards; what overlaps or lies outside is clipped. Self times add up to the root's duration.
 * Zhang et al., CRISP: Critical Path Analysis of Large-Scale Microservice Architectures, USENIX ATC 2022.
 *
 * @returns empty where no root has ended
 */
export function criticalPath(trace: Trace): { spanId: string; selfS: number }[] {
  const { root, childrenOf } = traceTree(trace);
  const path: { spanId: string; selfS: number }[] = [];
  const stack: { span: EndedSpan; fromS: number; toS: number }[] =
    root === null ? [] : [{ span: root, fromS: root.startS, toS: root.endS }];
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    const { span, fromS, toS } = part;
    let [selfS, atS] = [0, toS];
    for (const child of childrenOf(span.id).toSorted((a, b) => b.endS - a.endS)) {
      const endS = Math.min(child.endS, atS);
      const startS = Math.max(child.startS, fromS);
      if (endS <= startS) continue;
      selfS += atS - endS;
      stack.push({ span: child, fromS: startS, toS: endS });
      atS = startS;
    }
    path.push({ spanId: span.id, selfS: selfS + atS - fromS });
  }
  return path;
}
