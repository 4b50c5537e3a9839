import { isMissing, type Missing, type Span, type Trace, type Traces } from './contract.ts';
import type { Stretch } from './platform-series.ts';

/** The traces that began within a stretch; none where there are no traces. */
export function tracesIn(traces: Traces | Missing | null, { file, periods }: Stretch): Trace[] {
  const [first, last] = [periods[0], periods.at(-1)];
  const [fromS, lastS] = [file.times[first ?? -1], file.times[last ?? -1]];
  if (traces === null || isMissing(traces) || fromS === undefined || lastS === undefined) return [];
  return traces.traces.filter((trace) => {
    const startS = startOf(trace);
    return startS >= fromS && startS < lastS + file.periodS;
  });
}

/** The same by each node that they pass: the audits ask node by node, of thousands of traces. */
export function tracesByNode(traces: Traces | Missing | null, stretch: Stretch | Missing): ReadonlyMap<string, readonly Trace[]> {
  const found = new Map<string, Trace[]>();
  if (isMissing(stretch)) return found;
  for (const trace of tracesIn(traces, stretch)) {
    for (const node of new Set(trace.spans.map((span) => span.node))) {
      const through = found.get(node);
      if (through === undefined) found.set(node, [trace]);
      else through.push(trace);
    }
  }
  return found;
}

/** Why no traces tell of what nothing else does. Null where there are some, of which any node may have none (they are a sample), or where nobody asked. */
export function untraced(traces: Traces | Missing | null): Missing | null {
  if (traces === null || isMissing(traces)) return traces;
  return traces.traces.length === 0 ? { missing: 'no trace of the run was recorded' } : null;
}

export const startOf = ({ spans }: Trace): number => spans.reduce((least, { startS }) => Math.min(least, startS), Number.POSITIVE_INFINITY);

/** From the first to the last moment of a trace, in seconds; null while any of it is in progress. */
export function lengthOf(trace: Trace): number | null {
  let endS = 0;
  for (const span of trace.spans) {
    if (span.endS === null) return null;
    endS = Math.max(endS, span.endS);
  }
  return endS - startOf(trace);
}

/** Seconds of a span that none of its children covers; null while it is in progress. Children may overlap, and reach beyond it. */
export function ownTimeS({ spans }: Trace, span: Span): number | null {
  const { startS, endS } = span;
  if (endS === null) return null;
  const children = spans
    .filter(({ parentId }) => parentId === span.id)
    .map((child) => ({ from: Math.max(startS, child.startS), to: Math.min(endS, child.endS ?? endS) }))
    .toSorted((a, b) => a.from - b.from);
  let [covered, reached] = [0, startS];
  for (const { from, to } of children) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return endS - startS - covered;
}
