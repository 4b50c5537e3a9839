import { randomBytes } from 'node:crypto';
import { type Attributes, SPAN_KIND, type SpanRecord, STATUS_ERROR } from './otlp.ts';

/**
 * A span of OpenTelemetry as a segment document, as AWS makes one of it: the rules are those of the collector's awsxray exporter, for what the game's spans
 * have; all else of them is metadata.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awsxrayexporter/internal/translator (segment.go, aws.go, http.go, cause.go)
 */
export const toSegment = (span: SpanRecord): object => {
  const { attributes, resource, kind } = span;
  const isSubsegment = kind !== SPAN_KIND.server && span.parentSpanId !== '';
  const isAws = attributes['rpc.system'] === 'aws-api';
  return {
    id: span.spanId,
    trace_id: `1-${span.traceId.slice(0, 8)}-${span.traceId.slice(8)}`,
    ...(span.parentSpanId !== '' && { parent_id: span.parentSpanId }),
    name: nameOf(span),
    start_time: toSeconds(span.startTimeUnixNano),
    end_time: toSeconds(span.endTimeUnixNano),
    ...(isSubsegment && { type: 'subsegment' }),
    ...(isAws ? { namespace: 'aws' } : kind === SPAN_KIND.client && { namespace: 'remote' }),
    // A process on Lambda has its segment from Lambda itself.
    ...(!isSubsegment && resource['cloud.platform'] === 'aws_ecs' && { origin: 'AWS::ECS::Container' }),
    ...outcomeOf(span),
    ...block('http', block('response', { status: attributes['http.status_code'] })),
    ...awsOf(attributes),
    ...block('metadata', block('default', metadataOf(attributes, isSubsegment ? {} : resource))),
  };
};

/** To the microsecond, as X-Ray's own SDKs give times. */
const toSeconds = (nanoseconds: number): number => Math.round(nanoseconds / 1000) / 1e6;

/** An object of a document without what isn't known. */
const block = (name: string, fields: object): object => {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return known.length === 0 ? {} : { [name]: Object.fromEntries(known) };
};

/** Segments are named by services, where spans are by what is done. */
const nameOf = ({ name, kind, attributes, resource }: SpanRecord): string => {
  const service = kind === SPAN_KIND.server ? resource['service.name'] : undefined;
  const candidates = [attributes['peer.service'], service, attributes['rpc.service']];
  return candidates.find((candidate) => typeof candidate === 'string' && candidate !== '')?.toString() ?? fixName(name);
};

const NAME_LENGTH_MAX = 200;
const fixName = (name: string): string => name.replace(/[^ 0-9\p{L}N_.:/%&#=+\-@]/gu, '').slice(0, NAME_LENGTH_MAX) || 'span';

/** The HTTP status decides; the span's own where there is none. */
const outcomeOf = ({ attributes, status: of, events, kind }: SpanRecord): object => {
  const failed = of?.code === STATUS_ERROR;
  const status = Number(attributes['http.status_code'] ?? 0);
  const isFault = status >= 400 && status < 600 ? status >= 500 : failed;
  const id = () => randomBytes(8).toString('hex');
  const remote = kind === SPAN_KIND.client;
  const thrown = events
    .filter(({ name }) => name === 'exception')
    .map(({ attributes: { 'exception.type': type = '', 'exception.message': message = '' } }) => ({ id: id(), type, message, remote }));
  const told = failed && of.message !== '' ? [{ id: id(), message: of.message }] : [];
  const exceptions = thrown.length > 0 ? thrown : told;
  return {
    ...(status >= 400 && status < 500 && { error: true }),
    ...(status === 429 && { throttle: true }),
    ...(isFault && { fault: true }),
    ...(exceptions.length > 0 && { cause: { exceptions } }),
  };
};

const awsOf = (attributes: Attributes): object => {
  const tables = [attributes['aws.dynamodb.table_names'] ?? []].flat();
  return block('aws', {
    operation: attributes['rpc.method'],
    region: attributes['aws.region'],
    request_id: attributes['aws.request_id'],
    ...(tables.length === 1 ? { table_name: tables[0] } : tables.length > 1 && { table_names: tables }),
  });
};

/** What became a field of the document is not told again. */
const CONSUMED: readonly string[] = ['http.status_code', 'rpc.method', 'aws.region', 'aws.request_id'];

const metadataOf = (attributes: Attributes, resource: Attributes): Attributes =>
  Object.fromEntries([
    ...Object.entries(resource).map(([key, value]) => [`otel.resource.${key}`, value]),
    ...Object.entries(attributes).filter(([key]) => !CONSUMED.includes(key)),
  ]);
