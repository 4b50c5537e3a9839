import type { Trace } from '../contract.ts';

/** Who calls whom, as far as these traces show: each pair of nodes once, sorted. */
export function callEdges(traces: readonly Trace[]): { from: string; to: string }[] {
  const pairs = new Map<string, { from: string; to: string }>();
  for (const { spans } of traces) {
    const byId = new Map(spans.map((span) => [span.id, span]));
    for (const span of spans) {
      const from = byId.get(span.parentId ?? '')?.node;
      if (from !== undefined && from !== span.node) pairs.set(`${from}\n${span.node}`, { from, to: span.node });
    }
  }
  return [...pairs.values()].sort((a, b) => order(a.from, b.from) || order(a.to, b.to));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
