import protobuf from 'protobufjs';

/** A span, of it what becomes a segment. */
export interface SpanRecord {
  /** 32 and 16 hex digits; the parent of a root is empty. */
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startS: number;
  endS: number;
  attributes: Attributes;
  /** Exceptions and the like. */
  events: { name: string; attributes: Attributes }[];
  failed: boolean;
  message: string;
  /** Of the process that it is from. */
  resource: Attributes;
}

export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** https://opentelemetry.io/docs/specs/otel/trace/api/#spankind, as the wire numbers them. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/**
 * An OTLP `ExportTraceServiceRequest`, as far as it is read:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
const Request = protobuf
  .parse(`syntax = "proto3";
    message Request { repeated ResourceSpans resourceSpans = 1; }
    message ResourceSpans { Resource resource = 1; repeated ScopeSpans scopeSpans = 2; }
    message Resource { repeated KeyValue attributes = 1; }
    message ScopeSpans { repeated Span spans = 2; }
    message Span {
      bytes traceId = 1; bytes spanId = 2; bytes parentSpanId = 4;
      string name = 5; int32 kind = 6; fixed64 startTimeUnixNano = 7; fixed64 endTimeUnixNano = 8;
      repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
    }
    message Event { string name = 2; repeated KeyValue attributes = 3; }
    message Status { string message = 2; int32 code = 3; }
    message KeyValue { string key = 1; AnyValue value = 2; }
    message AnyValue {
      oneof value {
        string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4;
        ArrayValue arrayValue = 5; KeyValueList kvlistValue = 6;
      }
    }
    message ArrayValue { repeated AnyValue values = 1; }
    message KeyValueList { repeated KeyValue values = 1; }`)
  .root.lookupType('Request');

interface RawRequest {
  resourceSpans: { resource: { attributes: RawKeyValue[] } | null; scopeSpans: { spans: RawSpan[] }[] }[];
}
interface RawSpan {
  traceId: Uint8Array;
  spanId: Uint8Array;
  parentSpanId: Uint8Array;
  name: string;
  kind: number;
  startTimeUnixNano: number;
  endTimeUnixNano: number;
  attributes: RawKeyValue[];
  events: { name: string; attributes: RawKeyValue[] }[];
  status: { message: string; code: number } | null;
}
interface RawKeyValue {
  key: string;
  value: RawValue | null;
}
type RawValue =
  | { value?: undefined }
  | { value: 'stringValue'; stringValue: string }
  | { value: 'boolValue'; boolValue: boolean }
  | { value: 'intValue'; intValue: number }
  | { value: 'doubleValue'; doubleValue: number }
  | { value: 'arrayValue'; arrayValue: { values: RawValue[] } }
  | { value: 'kvlistValue'; kvlistValue: { values: RawKeyValue[] } };

/** STATUS_CODE_ERROR */
const STATUS_ERROR = 2;

/** @throws Error on anything that is no such message */
export const decodeSpans = (bytes: Uint8Array): SpanRecord[] => {
  // Nanoseconds are beyond 2^53, and lose some hundred of them as numbers.
  const { resourceSpans } = Request.toObject(Request.decode(bytes), { longs: Number, defaults: true, oneofs: true }) as RawRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ofResource = toAttributes(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toRecord(span, ofResource)));
  });
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** To the microsecond, as X-Ray's own SDKs give times. */
const toSeconds = (nanoseconds: number): number => Math.round(nanoseconds / 1000) / 1e6;

const toRecord = (span: RawSpan, resource: Attributes): SpanRecord => ({
  traceId: hex(span.traceId),
  spanId: hex(span.spanId),
  parentSpanId: hex(span.parentSpanId),
  name: span.name,
  kind: span.kind,
  startS: toSeconds(span.startTimeUnixNano),
  endS: toSeconds(span.endTimeUnixNano),
  attributes: toAttributes(span.attributes),
  events: span.events.map(({ name, attributes }) => ({ name, attributes: toAttributes(attributes) })),
  failed: span.status?.code === STATUS_ERROR,
  message: span.status?.message ?? '',
  resource,
});

const toAttributes = (pairs: readonly RawKeyValue[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value === null ? null : toValue(value)]));

const toValue = (raw: RawValue): AttributeValue => {
  switch (raw.value) {
    case undefined:
      return null;
    case 'stringValue':
      return raw.stringValue;
    case 'boolValue':
      return raw.boolValue;
    case 'intValue':
      return raw.intValue;
    case 'doubleValue':
      return raw.doubleValue;
    case 'arrayValue':
      return raw.arrayValue.values.map(toValue);
    default:
      return { ...toAttributes(raw.kvlistValue.values) };
  }
};
