import type { Span, Trace } from '../contract.ts';
import { durationOf, type EndedSpan, type TraceTree, traceTree } from './trace-tree.ts';

/** Calls of one operation of one node, and how many of them were tried again. */
export interface RetriedCalls {
  node: string;
  operation: string;
  /** Weighted by what the traces stand for. */
  calls: number;
  retries: number;
  /** Of attempts that failed and were tried again, in seconds, weighted; null where only the SDK counted. */
  lostS: number | null;
  /** Outcomes of the attempts that were tried again, as far as they are spans. */
  outcomes: ReadonlyMap<Span['outcome'], number>;
  /** Traces in which that was seen. */
  traces: number;
  example: string;
}

interface Tally {
  calls: number;
  retries: number;
  lostS: number | null;
  outcomes: Map<Span['outcome'], number>;
  traceIds: Set<string>;
}

/** A retry begins when the attempt before has ended; clocks of spans go by the millisecond. */
const TOLERANCE_S = 0.001;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html : of an asynchronous invocation. */
const ATTEMPT = /^Attempt #(\d+)$/;

/**
 * Retries that traces show: a call that failed, and the same call again under the same span; those that an SDK counts within one span; and
 * second attempts at an asynchronous invocation. Most first; what was never tried again is left out.
 */
export function retriedCalls(traces: readonly Trace[]): RetriedCalls[] {
  const tallies = new Map<string, Tally>();
  const tallyOf = ({ node, operation }: Span): Tally => {
    const key = `${node}\n${ATTEMPT.test(operation) ? 'asynchronous invocation' : operation}`;
    const known = tallies.get(key) ?? { calls: 0, retries: 0, lostS: null, outcomes: new Map(), traceIds: new Set<string>() };
    tallies.set(key, known);
    return known;
  };
  for (const trace of traces) {
    const tree = traceTree(trace);
    for (const span of trace.spans) {
      if (!span.remote && !ATTEMPT.test(span.operation)) continue;
      note(tallyOf(span), span, trace, tree);
    }
  }
  return [...tallies]
    .filter(([, { retries }]) => retries > 0)
    .map(([key, { traceIds, ...tally }]) => {
      const [node = '', operation = ''] = key.split('\n');
      return { node, operation, ...tally, traces: traceIds.size, example: [...traceIds][0] ?? '' };
    })
    .sort((a, b) => b.retries - a.retries);
}

function note(tally: Tally, span: Span, { id, weight }: Trace, tree: TraceTree): void {
  const attempt = Number(ATTEMPT.exec(span.operation)?.[1] ?? 1);
  const failed = attempt > 1 ? undefined : failedBefore(span, tree);
  const again = (attempt > 1 ? 1 : 0) + (failed === undefined ? 0 : 1) + (span.retries ?? 0);
  // A retry is no further call: it is the same once more.
  if (attempt === 1 && failed === undefined) tally.calls += weight;
  if (again === 0) return;
  tally.retries += weight * again;
  tally.traceIds.add(id);
  if (failed === undefined) return;
  tally.lostS = (tally.lostS ?? 0) + weight * durationOf(failed);
  tally.outcomes.set(failed.outcome, (tally.outcomes.get(failed.outcome) ?? 0) + weight);
}

/** The like call under the same parent that had ended when this one began, the latest of those, if it failed. */
function failedBefore(span: Span, tree: TraceTree): EndedSpan | undefined {
  if (span.parentId === null) return undefined;
  const before = tree
    .childrenOf(span.parentId)
    .findLast(
      ({ id, node, operation, startS, endS }) =>
        id !== span.id && node === span.node && operation === span.operation && startS < span.startS && endS <= span.startS + TOLERANCE_S,
    );
  return before === undefined || before.outcome === 'ok' ? undefined : before;
}
