import { SCHEMA_VERSION, type Span, type Trace, type Traces } from '../contract.ts';
import { finiteOf, isObject, type Json, objectOf, textOf } from '../json.ts';
import { type Bad, Malformed } from '../malformed.ts';

/** `traces.json`, the document that loadkit itself writes. Everything that is read of it is checked: audits believe it. */
export const isTraceFile = (document: Json): boolean => document['schemaVersion'] !== undefined && 'matchedBy' in document;

/** What stands before the traces. @throws Malformed */
export function traceFileHeader(document: Json): Omit<Traces, 'traces'> {
  const { schemaVersion, source, matchedBy, recorded, gaps } = document;
  if (schemaVersion !== SCHEMA_VERSION) {
    throw new Malformed(
      `schemaVersion is ${JSON.stringify(schemaVersion)}, not ${SCHEMA_VERSION}`,
      'was it written by this version of loadkit?',
    );
  }
  if (source !== 'xray' && source !== 'transaction-search' && source !== 'otlp' && source !== 'jaeger') {
    throw new Malformed(`source is ${JSON.stringify(source)}`, 'it is xray, transaction-search, otlp or jaeger');
  }
  if (matchedBy !== 'prefix' && matchedBy !== 'window') {
    throw new Malformed(`matchedBy is ${JSON.stringify(matchedBy)}`, 'it is prefix or window');
  }
  if (recorded !== null && finiteOf(recorded) === undefined) {
    throw new Malformed(`recorded is ${JSON.stringify(recorded)}, not a number`, 'it is null where that is not known');
  }
  if (!Array.isArray(gaps)) throw new Malformed('gaps is not a list', SHAPE);
  return { schemaVersion, source, matchedBy, recorded: recorded as number | null, gaps: gaps as Traces['gaps'] };
}

const SHAPE = 'a trace is {id, weight, partial, spans: [{id, parentId, node, operation, startS, endS, outcome, remote}]}';

/** @throws Malformed */
export function traceOf(value: unknown, at: string): Trace {
  if (!isObject(value)) throw new Malformed(`${at} is not an object`, SHAPE);
  const { id, weight, partial, spans } = value;
  if (textOf(id) === undefined) throw new Malformed(`${at}.id is ${JSON.stringify(id)}`, SHAPE);
  if (!((finiteOf(weight) ?? 0) > 0)) throw new Malformed(`${at}.weight is ${JSON.stringify(weight)}, not a number above 0`, SHAPE);
  if (typeof partial !== 'boolean') throw new Malformed(`${at}.partial is ${JSON.stringify(partial)}`, SHAPE);
  if (!Array.isArray(spans)) throw new Malformed(`${at}.spans is not a list`, SHAPE);
  for (const [k, span] of spans.entries()) checkSpan(span, `${at}.spans[${k}]`);
  return value as unknown as Trace;
}

const OUTCOMES: readonly unknown[] = ['ok', 'error', 'throttle', 'fault'] satisfies Span['outcome'][];

function checkSpan(span: unknown, at: string): void {
  if (!isObject(span)) throw new Malformed(`${at} is not an object`, SHAPE);
  const fits: Readonly<Record<keyof Omit<Span, 'retries'>, boolean>> = {
    id: textOf(span['id']) !== undefined,
    parentId: span['parentId'] === null || textOf(span['parentId']) !== undefined,
    node: textOf(span['node']) !== undefined,
    operation: textOf(span['operation']) !== undefined,
    startS: finiteOf(span['startS']) !== undefined,
    endS: span['endS'] === null || (finiteOf(span['endS']) ?? Number.NEGATIVE_INFINITY) >= Number(span['startS']),
    outcome: OUTCOMES.includes(span['outcome']),
    remote: typeof span['remote'] === 'boolean',
  };
  for (const [key, fine] of Object.entries(fits)) {
    if (!fine) throw new Malformed(`${at}.${key} is ${JSON.stringify(span[key])}`, SHAPE);
  }
}

/** Reads our own file line by line, each trace on one: see cli/traces/traces-file.ts. */
export interface OwnTracesReader {
  /** Whether this is the first line of such a file. */
  begin(line: string): boolean;
  /** Any line, the first among them. Returns why it can't be read, or null. */
  add(line: string): Bad | null;
  end(): Traces | Bad;
}

const HEAD_END = ',"traces":[';
const TAIL = ']}';

export function ownTracesReader(): OwnTracesReader {
  const traces: Trace[] = [];
  let header: Omit<Traces, 'traces'> | null = null;
  let ended = false;
  const words = new Map<string, string>();
  return {
    begin: (line) => line.startsWith('{"schemaVersion":') && line.endsWith(HEAD_END),
    add: (line) =>
      attempt(() => {
        if (header === null) header = traceFileHeader(objectOf(JSON.parse(`${line.slice(0, -HEAD_END.length)}}`)));
        else if (line === TAIL) ended = true;
        else traces.push(shared(traceOf(JSON.parse(line.replace(/,$/, '')), `traces[${traces.length}]`), words));
        return null;
      }),
    end: () => (header !== null && ended ? { ...header, traces } : { bad: 'it breaks off', hint: 'read the traces again' }),
  };
}

/** Names that come again and again are kept once, as when they were first read. */
function shared(trace: Trace, words: Map<string, string>): Trace {
  const word = (text: string): string => {
    const known = words.get(text);
    if (known === undefined && words.size < WORDS_MAX) words.set(text, text);
    return known ?? text;
  };
  for (const span of trace.spans)
    [span.node, span.operation, span.outcome] = [word(span.node), word(span.operation), word(span.outcome) as Span['outcome']];
  return trace;
}
const WORDS_MAX = 10_000;

function attempt(work: () => null): Bad | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) return { bad: error.bad, hint: error.hint };
    if (error instanceof SyntaxError) return { bad: 'a line of it is no JSON', hint: 'the file is damaged; read the traces again' };
    throw error;
  }
}
