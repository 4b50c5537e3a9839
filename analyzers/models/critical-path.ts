/** One operation of a trace. Times are in one unit, which is the result's; epoch milliseconds and seconds both do. */
export interface Span {
  id: string;
  /** Null, or an id that is not in the trace, for a root. */
  parent: string | null;
  start: number;
  end: number;
}

/** A stretch of the root's time that one span is to blame for. */
export interface PathSegment {
  id: string;
  from: number;
  to: number;
}

/**
 * The critical path through a trace: which span the root was waiting for, at each moment. Earliest first, without gaps; over all segments the times
 * sum to the root's duration.
 *
 * By Uber's CRISP (Zhang and others, USENIX ATC 2022, §4.2): a parent's end is due to the child that finishes last; before that one began, to the
 * child that had finished last by then, and so on backwards; the parent answers for what no child fills. Clocks of different machines disagree, so a
 * child is clipped to its parent's time (and left out when it lies outside), and one that is still running when the next begins is clipped to that
 * beginning, where CRISP takes it only when they hardly overlap. Of children that finish together the one that began first goes first.
 *
 * With several roots the one that began first counts, and of those the longest. Spans that are not below it are left out, a cycle of parents among
 * them. Empty without a root.
 *
 * @throws RangeError when a span ends before it begins, or an id is there twice
 *
 * @example
 * criticalPath([
 *   { id: 'api', parent: null, start: 0, end: 10 },
 *   { id: 'db', parent: 'api', start: 2, end: 9 },
 *   { id: 'cache', parent: 'api', start: 2, end: 4 },
 * ]) // api 0–2, db 2–9, api 9–10
 */
export function criticalPath(spans: readonly Span[]): PathSegment[] {
  const byId = new Map<string, Span>();
  for (const span of spans) {
    if (!(span.start <= span.end)) throw new RangeError(`criticalPath needs spans that end after they begin, not ${span.id}`);
    if (byId.has(span.id)) throw new RangeError(`criticalPath needs each span once, not ${span.id} twice`);
    byId.set(span.id, span);
  }
  const root = rootOf(spans, byId);
  if (root === null) return [];
  const children = Map.groupBy(
    spans.filter(({ parent, id }) => parent !== null && parent !== id && id !== root.id),
    ({ parent }) => parent ?? '',
  );
  return walk(root, children);
}

function rootOf(spans: readonly Span[], byId: ReadonlyMap<string, Span>): Span | null {
  let root: Span | null = null;
  for (const span of spans) {
    if (span.parent !== null && byId.has(span.parent)) continue;
    if (root === null || span.start < root.start || (span.start === root.start && precedes(span, root))) root = span;
  }
  return root;
}

/** A total order, so that the order in which spans come doesn't matter. */
const precedes = (a: Span, b: Span): boolean => a.end > b.end || (a.end === b.end && a.id < b.id);

/** A span within the time that its parent leaves it. */
interface Visit {
  span: Span;
  from: number;
  to: number;
}

/** Backwards in time, with a stack of its own: a trace may be deeper than the language's. */
function walk(root: Span, children: ReadonlyMap<string, readonly Span[]>): PathSegment[] {
  const backwards: PathSegment[] = [];
  const stack: (Visit | PathSegment)[] = [{ span: root, from: root.start, to: root.end }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ('span' in next) for (const part of partsOf(next, children.get(next.span.id) ?? [])) stack.push(part);
    else if (next.to > next.from) backwards.push(next);
  }
  return backwards.reverse();
}

/** A visit's own segments and its children's visits, earliest first: the last is taken off the stack first. */
function partsOf({ span, from, to }: Visit, children: readonly Span[]): (Visit | PathSegment)[] {
  const parts: (Visit | PathSegment)[] = [];
  const waiting = children.filter((child) => child.end > from && child.start < to);
  // Those that run at the end of the window all end there, once clipped.
  const lastFirst = waiting.sort((a, b) => Math.min(b.end, to) - Math.min(a.end, to) || a.start - b.start || (a.id < b.id ? -1 : 1));
  let moment = to;
  for (const child of lastFirst) {
    if (child.start >= moment) continue;
    const until = Math.min(child.end, moment);
    parts.push({ id: span.id, from: until, to: moment });
    moment = Math.max(child.start, from);
    parts.push({ span: child, from: moment, to: until });
  }
  parts.push({ id: span.id, from, to: moment });
  return parts.reverse();
}

/** Time of each span on the path, summed: its self time there. */
export function selfTimes(path: readonly PathSegment[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { id, from, to } of path) times.set(id, (times.get(id) ?? 0) + (to - from));
  return times;
}
