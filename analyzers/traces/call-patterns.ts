import type { LikeCalls } from './like-calls.ts';

/** What many requests of one kind do alike. */
export interface CallPattern extends Pick<LikeCalls, 'request' | 'caller' | 'node' | 'operation'> {
  /** Calls under one span: the median, and the most that were seen. */
  callsP50: number;
  callsMax: number;
  /** Time in these calls, a request on average. */
  busyMs: number;
  /** Of these requests' time, 0 to 1. */
  share: number;
  /** Traces in which it was seen, and requests that they stand for. */
  traces: number;
  requests: number;
  /** Id of the trace with the most calls. */
  example: string;
}

/** By request, caller and callee; the order is that of the input. */
export function callPatterns(all: readonly LikeCalls[]): CallPattern[] {
  const groups = new Map<string, LikeCalls[]>();
  for (const calls of all) {
    const key = [calls.request, calls.caller, calls.node, calls.operation].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [calls]);
    else group.push(calls);
  }
  return [...groups.values()].flatMap((group) => patternOf(group) ?? []);
}

function patternOf(group: readonly LikeCalls[]): CallPattern | null {
  const sorted = group.toSorted((a, b) => a.calls - b.calls);
  const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (median === undefined || most === undefined) return null;
  const sum = (of: (calls: LikeCalls) => number): number => group.reduce((total, calls) => total + calls.weight * of(calls), 0);
  const requests = sum(() => 1);
  const { request, caller, node, operation } = most;
  return {
    ...{ request, caller, node, operation, requests },
    callsP50: median.calls,
    callsMax: most.calls,
    busyMs: (1000 * sum(({ busyS }) => busyS)) / requests,
    share: Math.min(
      1,
      sum(({ busyS }) => busyS) /
        Math.max(
          Number.MIN_VALUE,
          sum(({ requestS }) => requestS),
        ),
    ),
    traces: new Set(group.map(({ traceId }) => traceId)).size,
    example: most.traceId,
  };
}
