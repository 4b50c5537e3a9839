import { SCHEMA_VERSION, type Span, type Trace, type Traces } from '../analyzers/contract.ts';

/** A span with those below it. Times are milliseconds since the trace began. */
export interface MadeSpan extends Partial<Pick<Span, 'outcome' | 'remote' | 'retries'>> {
  node: string;
  operation: string;
  fromMs: number;
  /** Null while under way. */
  toMs: number | null;
  below?: readonly MadeSpan[];
}

export const made = (
  name: string,
  fromMs: number,
  toMs: number | null,
  below: readonly MadeSpan[] = [],
  more: Partial<MadeSpan> = {},
): MadeSpan => {
  const at = name.indexOf(' ');
  return { node: name.slice(0, at), operation: name.slice(at + 1), fromMs, toMs, below, ...more };
};
export const call = (name: string, fromMs: number, toMs: number | null, more: Partial<MadeSpan> = {}): MadeSpan =>
  made(name, fromMs, toMs, [], { remote: true, ...more });

/** @example madeTrace(1, made('apigateway:api GET /items', 0, 100, [call('dynamodb:items Query', 10, 60)])) */
export function madeTrace(
  number: number,
  root: MadeSpan,
  more: Partial<Pick<Trace, 'weight' | 'partial'>> & { startS?: number } = {},
): Trace {
  const { startS = 1000, ...rest } = more;
  const spans: Span[] = [];
  const add = (
    { node, operation, fromMs, toMs, outcome = 'ok', remote = false, retries, below = [] }: MadeSpan,
    parentId: string | null,
  ): void => {
    const id = (spans.length + 1).toString(16).padStart(16, '0');
    const times = { startS: startS + fromMs / 1000, endS: toMs === null ? null : startS + toMs / 1000 };
    spans.push({ id, parentId, node, operation, ...times, outcome, remote, ...(retries !== undefined && { retries }) });
    for (const span of below) add(span, id);
  };
  add(root, null);
  return { id: `1-6b000000-0badcafe${number.toString(16).padStart(16, '0')}`, weight: 1, partial: false, spans, ...rest };
}

export const tracesWith = (traces: Trace[], more: Partial<Traces> = {}): Traces => ({
  ...{ schemaVersion: SCHEMA_VERSION, source: 'xray', matchedBy: 'prefix', traces, recorded: traces.length, gaps: [] },
  ...more,
});

/** The same trace so many times, under ids of their own. */
export const many = (count: number, make: (k: number) => Trace): Trace[] => Array.from({ length: count }, (_, k) => make(k + 1));
