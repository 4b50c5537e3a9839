import type { Span, Trace } from '../contract.ts';

/** A span that has ended. */
export interface EndedSpan extends Span {
  endS: number;
}

/** A trace to walk. Spans that are still under way are left out, with what is below them. */
export interface TraceTree {
  /** The earliest of those that nobody of the trace called; null where there is none that has ended. */
  root: EndedSpan | null;
  /** In the order of their start. */
  childrenOf(id: string): readonly EndedSpan[];
}

const NONE: readonly EndedSpan[] = [];

export function traceTree({ spans }: Trace): TraceTree {
  const children = new Map<string, EndedSpan[]>();
  let root: EndedSpan | null = null;
  for (const span of spans) {
    if (!hasEnded(span)) continue;
    if (span.parentId === null) {
      if (root === null || span.startS < root.startS) root = span;
      continue;
    }
    const siblings = children.get(span.parentId);
    if (siblings === undefined) children.set(span.parentId, [span]);
    else siblings.push(span);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.startS - b.startS);
  return { root, childrenOf: (id) => children.get(id) ?? NONE };
}

const hasEnded = (span: Span): span is EndedSpan => span.endS !== null;

export const durationOf = ({ startS, endS }: EndedSpan): number => endS - startS;
