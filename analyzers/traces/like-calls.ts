import type { Span, Trace } from '../contract.ts';
import { durationOf, type EndedSpan, traceTree } from './trace-tree.ts';

/** Calls of one operation of one node, under one span of one trace. */
export interface LikeCalls {
  /** What the request was that the trace is of. */
  request: string;
  traceId: string;
  weight: number;
  /** Who calls. */
  caller: string;
  node: string;
  operation: string;
  calls: number;
  /** The longest row of calls, each begun when the one before had ended. */
  inSequence: number;
  /** Most at one time. */
  atOnceMax: number;
  /** Seconds from the first call's start to the last one's end, without what lies between. */
  busyS: number;
  /** Of the trace's root. */
  requestS: number;
}

/** Clocks of spans go by the millisecond: a call that follows at once may seem to begin before the end of the one before. */
const TOLERANCE_S = 0.001;

/** Every set of at least `callsMin` like calls; traces without a root are left out. */
export function likeCalls(traces: readonly Trace[], callsMin: number): LikeCalls[] {
  return traces.flatMap((trace) => {
    const tree = traceTree(trace);
    const { root } = tree;
    if (root === null) return [];
    return trace.spans.flatMap((span) => {
      const children = tree.childrenOf(span.id);
      if (children.length < callsMin) return [];
      return alike(children.filter(({ remote }) => remote))
        .filter((calls) => calls.length >= callsMin)
        .map((calls) => describe(calls, { trace, root, span }));
    });
  });
}

function alike(calls: readonly EndedSpan[]): EndedSpan[][] {
  const groups = new Map<string, EndedSpan[]>();
  for (const call of calls) {
    const key = `${call.node}\n${call.operation}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  return [...groups.values()];
}

/** Calls come in the order of their start. */
function describe(calls: readonly EndedSpan[], { trace, root, span }: { trace: Trace; root: EndedSpan; span: Span }): LikeCalls {
  let [inSequence, endS, busyS] = [0, Number.NEGATIVE_INFINITY, 0];
  for (const call of calls) {
    busyS += Math.max(0, call.endS - Math.max(call.startS, endS));
    if (call.startS >= endS - TOLERANCE_S) inSequence += 1;
    endS = Math.max(endS, call.endS);
  }
  return {
    request: root.operation,
    traceId: trace.id,
    weight: trace.weight,
    caller: span.node,
    node: calls[0]?.node ?? '',
    operation: calls[0]?.operation ?? '',
    calls: calls.length,
    inSequence,
    atOnceMax: atOnceMax(calls),
    busyS,
    requestS: durationOf(root),
  };
}

function atOnceMax(calls: readonly EndedSpan[]): number {
  const events = calls.flatMap(({ startS, endS }) => [
    { atS: startS, by: 1 },
    { atS: endS, by: -1 },
  ]);
  events.sort((a, b) => a.atS - b.atS || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of events) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
