import type { Span, Trace } from '../contract.ts';

/**
 * Makes a trace of spans in whatever order and state they came, such that it can be walked: ids are distinct, no span is above itself, no
 * span ends before it starts. It is partial where a span is still under way, or a parent isn't there.
 *
 * @param spans taken over: what can't stay is set right in them
 * @param knownPartial where the source itself says that something is missing
 */
export function assembleTrace(id: string, spans: readonly Span[], knownPartial = false): Trace {
  const distinct = withDistinctIds(spans).sort((a, b) => a.startS - b.startS || (a.id < b.id ? -1 : 1));
  const byId = new Map(distinct.map((span) => [span.id, span]));
  const cut = cutCircles(distinct, byId);
  let missing = false;
  for (const span of distinct) {
    if (span.endS !== null && span.endS < span.startS) span.endS = span.startS;
    const parent = span.parentId === null ? span : byId.get(span.parentId);
    missing ||= span.endS === null || parent === undefined;
    // The same text: one string instead of two in memory.
    if (span.parentId !== null && parent !== undefined) span.parentId = parent.id;
  }
  return { id, weight: 1, partial: knownPartial || cut || missing, spans: distinct };
}

/**
 * A document may be sent twice (in progress, then whole; the whole one counts), and a client's and its server's span may share an id, as
 * Zipkin's do: then the server's becomes the child of the client's.
 */
function withDistinctIds(spans: readonly Span[]): Span[] {
  const byId = new Map<string, Span>();
  for (const span of spans) {
    const known = byId.get(span.id);
    if (known === undefined) byId.set(span.id, span);
    else if (known.remote !== span.remote) {
      const server = known.remote ? span : known;
      byId.set(span.id, known.remote ? known : span);
      byId.set(`${span.id}#server`, { ...server, id: `${span.id}#server`, parentId: span.id });
    } else if (known.endS === null) byId.set(span.id, span);
  }
  return [...byId.values()];
}

/** A span that is (wrongly) above itself becomes a root. Says whether there was one. */
function cutCircles(spans: readonly Span[], byId: ReadonlyMap<string, Span>): boolean {
  const safe = new Set<string>();
  let cut = false;
  for (const span of spans) {
    const way = new Set<string>();
    let at: Span | undefined = span;
    while (at !== undefined && !safe.has(at.id)) {
      if (way.has(at.id)) {
        at.parentId = null;
        cut = true;
        break;
      }
      way.add(at.id);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    for (const id of way) safe.add(id);
  }
  return cut;
}
