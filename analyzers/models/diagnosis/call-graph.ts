import type { TelemetryEdge } from '../../telemetry-file.ts';

/** Who calls whom, as far as the symptom's node reaches. */
export interface CallGraph {
  /** Breadth first, the symptom's own first: a cause lies among these. */
  nodes: readonly string[];
  callees: ReadonlyMap<string, readonly string[]>;
  /** The same nodes, each after all that it calls, but for calls that lead back. */
  calleesFirst: readonly string[];
  /** Calls that don't lead back. */
  forward: ReadonlyMap<string, readonly string[]>;
}

/**
 * The calls that begin at `start`. What calls the symptom's node can send it work, but can't make it slow in answering one request: it is left out.
 * So are calls of a node to itself, which explain nothing. The order of edges doesn't matter.
 */
export function callGraph(edges: readonly TelemetryEdge[], start: string): CallGraph {
  const all = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (from !== to) all.set(from, (all.get(from) ?? new Set()).add(to));
  }
  const sorted = new Map([...all].map(([from, to]) => [from, [...to].sort()]));
  const nodes = [...reachedFrom(sorted, start)];
  const callees = new Map(nodes.map((node) => [node, sorted.get(node) ?? []]));
  const calleesFirst = postOrder(callees, start);
  const place = new Map(calleesFirst.map((node, i) => [node, i]));
  const isForward = (from: string, to: string): boolean => (place.get(to) ?? 0) < (place.get(from) ?? 0);
  const forward = new Map([...callees].map(([from, to]) => [from, to.filter((callee) => isForward(from, callee))]));
  return { nodes, callees, calleesFirst, forward };
}

/** @returns `start` and all that it reaches, breadth first */
export function reachedFrom(callees: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const reached = new Set([start]);
  // A set is walked in the order of insertion, those added on the way included.
  for (const node of reached) for (const callee of callees.get(node) ?? []) reached.add(callee);
  return reached;
}

/**
 * The part of each node's requests that comes from `start`, itself or through others. How calls are divided among callers isn't told: by the callers' own
 * requests. A caller whose requests aren't counted makes it 1.
 *
 * @param edges all calls, those of other callers too
 * @param requestsOf null where they aren't counted
 */
export function partsFrom(
  { calleesFirst, forward }: CallGraph,
  edges: readonly TelemetryEdge[],
  start: string,
  requestsOf: (node: string) => number | null,
): Map<string, number> {
  const callers = new Map<string, Set<string>>();
  for (const { from, to } of edges) if (from !== to) callers.set(to, (callers.get(to) ?? new Set()).add(from));
  const parts = new Map<string, number>();
  for (const node of calleesFirst.toReversed()) {
    let ours = 0;
    let all = 0;
    for (const caller of callers.get(node) ?? []) {
      // A call that leads back brings nothing that did not come in before.
      if (forward.has(caller) && !forward.get(caller)?.includes(node)) continue;
      const requests = requestsOf(caller) ?? Number.NaN;
      all += requests;
      ours += requests * (parts.get(caller) ?? 0);
    }
    parts.set(node, node === start || !(all > 0) ? 1 : ours / all);
  }
  return parts;
}

/** Depth first with a stack of its own: a chain of calls may be longer than the language's. */
function postOrder(callees: ReadonlyMap<string, readonly string[]>, start: string): string[] {
  const order: string[] = [];
  const seen = new Set([start]);
  const stack = [{ node: start, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const callee = callees.get(top.node)?.[top.next];
    top.next += 1;
    if (callee === undefined) {
      order.push(top.node);
      stack.pop();
    } else if (!seen.has(callee)) {
      seen.add(callee);
      stack.push({ node: callee, next: 0 });
    }
  }
  return order;
}
