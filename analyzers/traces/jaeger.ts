import { finiteOf, isObject, type Json, listOf, objectOf, textOf } from '../json.ts';
import { Malformed } from '../malformed.ts';
import { kindOf, xrayTraceId } from './otel-span.ts';
import type { LoggedSpan } from './spans-log.ts';

/** What Jaeger's query service and its user interface give: https://github.com/jaegertracing/jaeger/blob/main/internal/uimodel/model.go */
export const isJaeger = (document: Json): boolean =>
  Array.isArray(document['data']) && document['data'].every((trace) => isObject(trace) && Array.isArray(trace['spans']));

/** @throws Malformed naming the first place that is wrong */
export function* jaegerSpans(document: Json): Generator<LoggedSpan> {
  for (const [i, trace] of (document['data'] as Json[]).entries()) {
    const processes = objectOf(trace['processes']);
    for (const [k, span] of (trace['spans'] as unknown[]).entries()) yield spanOf(span, processes, `data[${i}].spans[${k}]`);
  }
}

const IDS = 'ids are hex digits: up to 32 of a trace, up to 16 of a span';
const TIMES = 'startTime and duration are microseconds';

function spanOf(given: unknown, processes: Json, at: string): LoggedSpan {
  if (!isObject(given)) throw new Malformed(`${at} is not an object`, 'a span is {traceID, spanID, operationName, startTime, duration}');
  const traceId = textOf(given['traceID']) ?? '';
  if (!/^[0-9a-f]{1,32}$/i.test(traceId))
    throw new Malformed(`${at}.traceID is ${JSON.stringify(given['traceID'])}, which is no trace id`, IDS);
  const spanId = idOf(given['spanID']);
  if (spanId === null) throw new Malformed(`${at}.spanID is ${JSON.stringify(given['spanID'])}, which is no span id`, IDS);
  const startUs = finiteOf(given['startTime']);
  if (startUs === undefined || startUs <= 0) throw new Malformed(`${at}.startTime is ${JSON.stringify(given['startTime'])}`, TIMES);
  const durationUs = finiteOf(given['duration']);
  if (durationUs === undefined || durationUs < 0) throw new Malformed(`${at}.duration is ${JSON.stringify(given['duration'])}`, TIMES);
  const attributes = tagsOf(given['tags']);
  const process = objectOf(processes[textOf(given['processID']) ?? '']);
  return {
    traceId: xrayTraceId(traceId),
    span: {
      spanId,
      parentSpanId: parentOf(given, traceId),
      name: textOf(given['operationName']) ?? 'span',
      kind: kindOf(attributes['span.kind']),
      startS: startUs / 1e6,
      endS: (startUs + durationUs) / 1e6,
      failed: attributes['error'] === true || attributes['error'] === 'true' || attributes['otel.status_code'] === 'ERROR',
      attributes,
      resource: { ...tagsOf(process['tags']), 'service.name': process['serviceName'] },
    },
  };
}

const idOf = (id: unknown): string | null => {
  const text = textOf(id) ?? '';
  return /^[0-9a-f]{1,16}$/i.test(text) ? text.toLowerCase().padStart(16, '0') : null;
};

/** The first reference to a span of the same trace; what only follows from it is its child as well. Before 1.6 there was `parentSpanID`. */
function parentOf(span: Json, traceId: string): string | null {
  const references = listOf(span['references']).filter(isObject);
  const within = references.filter((reference) => (textOf(reference['traceID']) ?? traceId) === traceId);
  const parent = within.find(({ refType }) => refType === 'CHILD_OF') ?? within[0];
  const id = idOf(parent?.['spanID'] ?? span['parentSpanID']);
  return id === '0000000000000000' ? null : id;
}

const tagsOf = (tags: unknown): Json =>
  Object.fromEntries(
    listOf(tags)
      .filter(isObject)
      .map(({ key, value }) => [String(key), value]),
  );
