import { isObject, type Json, objectOf, textOf } from '../json.ts';
import { Malformed } from '../malformed.ts';
import { kindOf, type OtelSpan, xrayTraceId } from './otel-span.ts';
import { type LoggedSpan, secondsOf } from './spans-log.ts';

/** OTLP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding , as the collector's file exporter writes it, one a line. */
export const isOtlp = (document: Json): boolean => Array.isArray(document['resourceSpans']);

/** @throws Malformed naming the first place that is wrong */
export function* otlpSpans(document: Json): Generator<LoggedSpan> {
  for (const [i, group] of listAt(document, 'resourceSpans', '').entries()) {
    const at = `resourceSpans[${i}]`;
    const resource = attributesOf(objectOf(group['resource'])['attributes'], `${at}.resource.attributes`);
    // Before 2022 scopes went by another name.
    const key = group['scopeSpans'] === undefined ? 'instrumentationLibrarySpans' : 'scopeSpans';
    for (const [j, scope] of listAt(group, key, at).entries()) {
      for (const [k, span] of listAt(scope, 'spans', `${at}.${key}[${j}]`).entries()) {
        yield spanOf(span, resource, `${at}.${key}[${j}].spans[${k}]`);
      }
    }
  }
}

function listAt(parent: Json, key: string, at: string): Json[] {
  const list = parent[key] ?? [];
  const place = at === '' ? key : `${at}.${key}`;
  if (!Array.isArray(list)) throw new Malformed(`${place} is not a list`, SHAPE);
  const wrong = list.findIndex((item) => !isObject(item));
  if (wrong >= 0) throw new Malformed(`${place}[${wrong}] is not an object`, SHAPE);
  return list as Json[];
}

const SHAPE = 'OTLP JSON is {resourceSpans: [{resource, scopeSpans: [{spans: […]}]}]}';
const IDS = 'ids are hex digits in OTLP JSON: 32 of a trace, 16 of a span';

function spanOf(span: Json, resource: Json, at: string): LoggedSpan {
  const traceId = textOf(span['traceId']) ?? '';
  if (!/^[0-9a-f]{32}$/i.test(traceId))
    throw new Malformed(`${at}.traceId is ${JSON.stringify(span['traceId'])}, which is no trace id`, IDS);
  const spanId = textOf(span['spanId']) ?? '';
  if (!/^[0-9a-f]{16}$/i.test(spanId)) throw new Malformed(`${at}.spanId is ${JSON.stringify(span['spanId'])}, which is no span id`, IDS);
  const parent = textOf(span['parentSpanId']);
  return {
    traceId: xrayTraceId(traceId),
    span: {
      spanId: spanId.toLowerCase(),
      parentSpanId: parent === undefined || /^0*$/.test(parent) ? null : parent.toLowerCase(),
      name: textOf(span['name']) ?? 'span',
      kind: kindOf(span['kind']),
      ...timesOf(span, at),
      failed: ['STATUS_CODE_ERROR', 2].includes(objectOf(span['status'])['code'] as string | number),
      attributes: attributesOf(span['attributes'], `${at}.attributes`),
      resource,
    },
  };
}

function timesOf(span: Json, at: string): Pick<OtelSpan, 'startS' | 'endS'> {
  const startS = secondsOf(span['startTimeUnixNano']);
  if (startS === undefined) {
    throw new Malformed(
      `${at}.startTimeUnixNano is ${JSON.stringify(span['startTimeUnixNano'])}`,
      'times are nanoseconds since 1970, as text',
    );
  }
  return { startS, endS: secondsOf(span['endTimeUnixNano']) ?? null };
}

/** `[{key, value: {stringValue: "…"}}]` to an object. */
function attributesOf(list: unknown, at: string): Json {
  if (list === undefined || list === null) return {};
  if (!Array.isArray(list)) throw new Malformed(`${at} is not a list`, 'attributes are [{key, value: {stringValue: "…"}}]');
  return Object.fromEntries(list.filter(isObject).map(({ key, value }) => [String(key), plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  const given = objectOf(value);
  if (given['intValue'] !== undefined) return Number(given['intValue']);
  if (isObject(given['arrayValue']))
    return (Array.isArray(given['arrayValue']['values']) ? given['arrayValue']['values'] : []).map(plainValue);
  return given['stringValue'] ?? given['boolValue'] ?? given['doubleValue'];
}
