import protobuf from 'protobufjs/light.js';

/**
 * An OTLP `ExportTraceServiceRequest`, of it what becomes a segment.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
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

/** @throws Error on anything that is no such message */
export const decodeSpans = (bytes: Uint8Array): SpanRecord[] => {
  const { resourceSpans } = Request.decode(bytes) as unknown as RawRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ofResource = toAttributes(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toRecord(span, ofResource)));
  });
};

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule && { rule }) });

const root = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceSpans: field(1, 'ResourceSpans', 'repeated') } },
    ResourceSpans: { fields: { resource: field(1, 'Resource'), scopeSpans: field(2, 'ScopeSpans', 'repeated') } },
    Resource: { fields: { attributes: field(1, 'KeyValue', 'repeated') } },
    ScopeSpans: { fields: { spans: field(2, 'Span', 'repeated') } },
    Span: {
      fields: {
        traceId: field(1, 'bytes'),
        spanId: field(2, 'bytes'),
        parentSpanId: field(4, 'bytes'),
        name: field(5, 'string'),
        kind: field(6, 'int32'),
        startTimeUnixNano: field(7, 'fixed64'),
        endTimeUnixNano: field(8, 'fixed64'),
        attributes: field(9, 'KeyValue', 'repeated'),
        events: field(11, 'Event', 'repeated'),
        status: field(15, 'Status'),
      },
    },
    Event: { fields: { name: field(2, 'string'), attributes: field(3, 'KeyValue', 'repeated') } },
    Status: { fields: { message: field(2, 'string'), code: field(3, 'int32') } },
    KeyValue: { fields: { key: field(1, 'string'), value: field(2, 'AnyValue') } },
    AnyValue: {
      fields: {
        stringValue: field(1, 'string'),
        boolValue: field(2, 'bool'),
        intValue: field(3, 'int64'),
        doubleValue: field(4, 'double'),
        arrayValue: field(5, 'ArrayValue'),
        kvlistValue: field(6, 'KeyValueList'),
      },
      oneofs: { value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue'] } },
    },
    ArrayValue: { fields: { values: field(1, 'AnyValue', 'repeated') } },
    KeyValueList: { fields: { values: field(1, 'KeyValue', 'repeated') } },
  },
});
const Request = root.lookupType('Request');

/** 64-bit integers come as `Long` objects; nanoseconds are beyond 2^53, and lose some hundred of them. */
type Integer = { toNumber(): number } | number;
const toNumber = (value: Integer): number => (typeof value === 'number' ? value : value.toNumber());

interface RawRequest {
  resourceSpans: { resource: { attributes: RawKeyValue[] } | null; scopeSpans: { spans: RawSpan[] }[] }[];
}
interface RawSpan {
  traceId: Uint8Array;
  spanId: Uint8Array;
  parentSpanId: Uint8Array;
  name: string;
  kind: number;
  startTimeUnixNano: Integer;
  endTimeUnixNano: Integer;
  attributes: RawKeyValue[];
  events: { name: string; attributes: RawKeyValue[] }[];
  status: { message: string; code: number } | null;
}
interface RawKeyValue {
  key: string;
  value: RawValue | null;
}
interface RawValue {
  /** Which of the others is set. */
  value?: 'stringValue' | 'boolValue' | 'intValue' | 'doubleValue' | 'arrayValue' | 'kvlistValue';
  stringValue: string;
  boolValue: boolean;
  intValue: Integer;
  doubleValue: number;
  arrayValue: { values: RawValue[] };
  kvlistValue: { values: RawKeyValue[] };
}

/** https://github.com/open-telemetry/opentelemetry-proto: STATUS_CODE_ERROR */
const STATUS_ERROR = 2;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** To the microsecond, as X-Ray's own SDKs give times. */
const toSeconds = (nanoseconds: Integer): number => Math.round(toNumber(nanoseconds) / 1000) / 1e6;

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
  if (raw.value === undefined) return null;
  if (raw.value === 'intValue') return toNumber(raw.intValue);
  if (raw.value === 'arrayValue') return raw.arrayValue.values.map(toValue);
  if (raw.value === 'kvlistValue') return { ...toAttributes(raw.kvlistValue.values) };
  return raw[raw.value];
};
