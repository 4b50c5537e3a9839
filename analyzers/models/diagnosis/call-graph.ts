import type { TelemetryEdge } from '../../telemetry-file.ts';

/** Who calls whom. Calls of a node to itself are left out: they explain nothing. */
export interface CallGraph {
  callees: ReadonlyMap<string, readonly string[]>;
}

export function callGraph(edges: readonly TelemetryEdge[]): CallGraph {
  const callees = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    const known = callees.get(from);
    if (known === undefined) callees.set(from, new Set([to]));
    else known.add(to);
  }
  return { callees: new Map([...callees].map(([from, to]) => [from, [...to].sort()])) };
}

/** A node's way from the start: the nodes between, start first, itself last. */
export type Routes = ReadonlyMap<string, readonly string[]>;

/**
 * Every node that `start` calls, itself or through others, with a shortest way to it; `start` first. A cause lies among them: what calls the
 * symptom's node can send it work, but can't make it slow in answering one request. Cycles are walked once.
 */
export function routesFrom({ callees }: CallGraph, start: string): Routes {
  const routes = new Map<string, readonly string[]>([[start, [start]]]);
  // A map is walked in the order of insertion, those added on the way included: breadth first.
  for (const [node, route] of routes) {
    for (const callee of callees.get(node) ?? []) {
      if (!routes.has(callee)) routes.set(callee, [...route, callee]);
    }
  }
  return routes;
}
