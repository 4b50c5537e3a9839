import protobuf from 'protobufjs';

/** An OTLP span, of it what becomes a segment. */
export interface SpanRecord {
  /** 32 and 16 hex digits; the parent of a root is empty. */
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startTimeUnixNano: number;
  endTimeUnixNano: number;
  attributes: Attributes;
  /** Exceptions and the like. */
  events: { name: string; attributes: Attributes }[];
  status: { message: string; code: number } | null;
  /** Of the process that it is from. */
  resource: Attributes;
}

type AttributeValue = string | number | boolean | null | AttributeValue[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** As the wire numbers them. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export const STATUS_ERROR = 2;

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
      oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4; ArrayValue arrayValue = 5; }
    }
    message ArrayValue { repeated AnyValue values = 1; }`)
  .root.lookupType('Request');

/** With the bytes and the attributes as they come. */
type RawSpan = Omit<SpanRecord, 'traceId' | 'spanId' | 'parentSpanId' | 'attributes' | 'events' | 'resource'> &
  Record<'traceId' | 'spanId' | 'parentSpanId', Uint8Array> & {
    attributes: RawAttributes;
    events: { name: string; attributes: RawAttributes }[];
  };
type RawAttributes = { key: string; value: RawValue | null }[];
/** One of them is set. */
interface RawValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number;
  doubleValue?: number;
  arrayValue?: { values: RawValue[] };
}

/** @throws Error on anything that is no such message */
export const decodeSpans = (bytes: Uint8Array): SpanRecord[] => {
  // Nanoseconds are beyond 2^53, and lose some hundred of them as numbers.
  const { resourceSpans } = Request.toObject(Request.decode(bytes), { longs: Number, defaults: true }) as {
    resourceSpans: { resource: { attributes: RawAttributes } | null; scopeSpans: { spans: RawSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ofResource = toAttributes(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toRecord(span, ofResource)));
  });
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const toRecord = (span: RawSpan, resource: Attributes): SpanRecord => ({
  ...span,
  traceId: hex(span.traceId),
  spanId: hex(span.spanId),
  parentSpanId: hex(span.parentSpanId),
  attributes: toAttributes(span.attributes),
  events: span.events.map(({ name, attributes }) => ({ name, attributes: toAttributes(attributes) })),
  resource,
});

const toAttributes = (pairs: RawAttributes): Attributes => Object.fromEntries(pairs.map(({ key, value }) => [key, toValue(value ?? {})]));

const toValue = ({ stringValue, boolValue, intValue, doubleValue, arrayValue }: RawValue): AttributeValue =>
  stringValue ?? boolValue ?? intValue ?? doubleValue ?? arrayValue?.values.map(toValue) ?? null;
