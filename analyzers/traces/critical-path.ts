import type { Trace } from '../contract.ts';
import { criticalPath as pathOf, selfTimes } from '../models/critical-path.ts';
import { traceTree } from './trace-tree.ts';

/**
 * What a request waited for: of each span on the critical path the seconds that it is to blame for itself. They add up to the root's duration.
 *
 * @returns empty where no root has ended
 */
export function criticalPath(trace: Trace): { spanId: string; selfS: number }[] {
  const { root } = traceTree(trace);
  if (root === null) return [];
  const ids = new Set(trace.spans.map(({ id }) => id));
  const spans = trace.spans.flatMap(({ id, parentId, startS, endS }) => {
    // A span whose parent is missing is no root, and belongs to nobody.
    const isPlaced = id === root.id || (parentId !== null && ids.has(parentId));
    return isPlaced && endS !== null ? [{ id, parent: parentId, start: startS, end: endS }] : [];
  });
  return [...selfTimes(pathOf(spans))].map(([spanId, selfS]) => ({ spanId, selfS }));
}
