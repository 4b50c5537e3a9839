import { SCHEMA_VERSION, type Traces } from '../contract.ts';
import { isObject, type Json } from '../json.ts';
import { type Bad, Malformed } from '../malformed.ts';
import { isJaeger, jaegerSpans } from './jaeger.ts';
import { createNaming, type Naming } from './naming.ts';
import { type NamedSpan, namedSpan, otelTrace } from './otel-span.ts';
import { isOtlp, otlpSpans } from './otlp.ts';
import type { LoggedSpan } from './spans-log.ts';
import { isTraceFile, traceFileHeader, traceOf } from './trace-file.ts';

/**
 * Reads traces from parsed JSON documents: loadkit's own `traces.json`, OTLP, or Jaeger's. Of OTLP there may be several, for exporters write
 * one a line. Each document is let go when it has been read, so that no more than the spans are held.
 */
export interface DocumentReader {
  /** @returns null when it was read, else why it can't be */
  add(document: unknown): Bad | null;
  end(): Traces | Bad;
}

export function createDocumentReader(naming: Naming = createNaming()): DocumentReader {
  const spans = new Map<string, NamedSpan[]>();
  let source: Traces['source'] | null = null;
  let own: Traces | null = null;

  const collect = (kind: 'otlp' | 'jaeger', logged: Iterable<LoggedSpan>): void => {
    if (own !== null || (source !== null && source !== kind))
      throw new Malformed('it is traces of several kinds', 'give one file of one kind');
    source = kind;
    for (const { traceId, span } of logged) {
      const known = spans.get(traceId);
      const named = namedSpan(span, naming);
      if (known === undefined) spans.set(traceId, [named]);
      else known.push(named);
    }
  };
  const read = (document: unknown): void => {
    if (!isObject(document)) throw new Malformed('it is not a JSON object', KINDS);
    if (isOtlp(document)) collect('otlp', otlpSpans(document));
    else if (isJaeger(document)) collect('jaeger', jaegerSpans(document));
    else if (isTraceFile(document)) {
      if (own !== null || source !== null) throw new Malformed('it is traces of several kinds', 'give one file of one kind');
      own = ownTraces(document);
    } else throw new Malformed('it is none of the kinds of traces that loadkit knows', KINDS);
  };

  return {
    add: (document) =>
      attempt(() => {
        read(document);
        return null;
      }),
    end: () =>
      attempt(() => {
        if (own !== null) return own;
        if (source === null) throw new Malformed('there is nothing in it', KINDS);
        const traces = [...spans].map(([id, of]) => otelTrace(id, of));
        return { schemaVersion: SCHEMA_VERSION, source, matchedBy: 'window', traces, recorded: null, gaps: [] } satisfies Traces;
      }),
  };
}

const KINDS = 'traces are OTLP JSON {resourceSpans: […]}, Jaeger JSON {data: [{spans: […]}]}, or a traces.json that loadkit wrote';

function ownTraces(document: Json): Traces {
  const { traces } = document;
  if (!Array.isArray(traces)) throw new Malformed('traces is not a list', KINDS);
  return { ...traceFileHeader(document), traces: traces.map((trace, k) => traceOf(trace, `traces[${k}]`)) };
}

function attempt<T>(work: () => T): T | Bad {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) return { bad: error.bad, hint: error.hint };
    throw error;
  }
}
