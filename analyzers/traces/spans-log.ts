import { finiteOf, isObject, type Json, objectOf, textOf } from '../json.ts';
import { kindOf, type OtelSpan, xrayTraceId } from './otel-span.ts';

/** A span of the log group aws/spans, and the trace that it is of, as X-Ray writes its id. */
export interface LoggedSpan {
  traceId: string;
  span: OtelSpan;
}

const TRACE_ID = /^(?:1-)?[0-9a-f]{8}-?[0-9a-f]{24}$/i;

/**
 * One event of aws/spans: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
 *
 * @returns null for what is no span
 */
export function loggedSpan(document: unknown): LoggedSpan | null {
  if (!isObject(document)) return null;
  const traceId = textOf(document['traceId']);
  const spanId = textOf(document['spanId']);
  const startS = secondsOf(document['startTimeUnixNano']);
  if (traceId === undefined || !TRACE_ID.test(traceId) || spanId === undefined || startS === undefined) return null;
  return {
    traceId: xrayTraceId(traceId.replace(/^1-/, '').replaceAll('-', '')),
    span: {
      spanId,
      parentSpanId: textOf(document['parentSpanId']) ?? null,
      name: textOf(document['name']) ?? 'span',
      kind: kindOf(document['kind']),
      startS,
      endS: secondsOf(document['endTimeUnixNano']) ?? null,
      failed: hasFailed(objectOf(document['status'])),
      attributes: objectOf(document['attributes']),
      resource: objectOf(objectOf(document['resource'])['attributes']),
    },
  };
}

/** By OTLP's name or number. */
const hasFailed = ({ code }: Json): boolean => code === 'ERROR' || code === 'STATUS_CODE_ERROR' || code === 2;

/** Nanoseconds come as a number or, since a double can't hold them, as text; to the microsecond both are the same. */
export function secondsOf(nanoseconds: unknown): number | undefined {
  const value = typeof nanoseconds === 'string' && /^\d+$/.test(nanoseconds) ? Number(nanoseconds) : finiteOf(nanoseconds);
  return value === undefined || value <= 0 ? undefined : Math.round(value / 1000) / 1e6;
}
