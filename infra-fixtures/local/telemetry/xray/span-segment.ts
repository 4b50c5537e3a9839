import { randomBytes } from 'node:crypto';
import { type Attributes, type AttributeValue, SPAN_KIND, type SpanRecord } from './otlp.ts';

/**
 * A span of OpenTelemetry as a segment document, as AWS makes one of it: the rules are those of the collector's awsxray exporter.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awsxrayexporter/internal/translator (segment.go, aws.go, http.go, cause.go)
 *
 * Left out of them: Application Signals' local roots, SQL, links, stack traces, and hosts other than Lambda and ECS, none of which the game has.
 */
export const toSegment = (span: SpanRecord): object => {
  const { attributes, resource, kind } = span;
  const isSubsegment = kind !== SPAN_KIND.server && span.parentSpanId !== '';
  const isCall = kind === SPAN_KIND.client;
  const isAws = attributes['rpc.system'] === 'aws-api' || text(attributes['aws.service']) !== undefined;
  const origin = originOf(resource);
  return {
    id: span.spanId,
    trace_id: `1-${span.traceId.slice(0, 8)}-${span.traceId.slice(8)}`,
    ...(span.parentSpanId !== '' && { parent_id: span.parentSpanId }),
    name: nameOf(span),
    start_time: span.startS,
    end_time: span.endS,
    ...(isSubsegment && { type: 'subsegment' }),
    ...(isAws ? { namespace: 'aws' } : isCall && { namespace: 'remote' }),
    ...(!isSubsegment && origin !== undefined && { origin }),
    ...outcomeOf(span),
    ...httpOf(attributes),
    ...awsOf(attributes, resource),
    ...(text(attributes['enduser.id']) !== undefined && { user: attributes['enduser.id'] }),
    ...indexed(attributes, isSubsegment ? {} : resource),
  };
};

const text = (value: AttributeValue | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const first = (attributes: Attributes, ...keys: string[]): AttributeValue | undefined =>
  keys.map((key) => attributes[key]).find((value) => value !== undefined && value !== null);

/** Objects of a document without what isn't known. */
const block = (name: string, fields: Readonly<Record<string, unknown>>): object => {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return known.length === 0 ? {} : { [name]: Object.fromEntries(known) };
};

/** Segments are named by services, where spans are by what is done. */
const nameOf = ({ name, kind, attributes, resource }: SpanRecord): string => {
  const host = text(attributes['db.connection_string']);
  const database = text(attributes['db.name']);
  const candidates = [
    kind === SPAN_KIND.server ? attributes['aws.local.service'] : undefined,
    kind >= SPAN_KIND.client ? text(attributes['aws.remote.service'])?.replace(/^(AWS\.SDK\.|AWS::)/, '') : undefined,
    attributes['peer.service'],
    attributes['aws.service'],
    database && URL.canParse(host ?? '') ? `${database}@${new URL(host ?? '').hostname}` : database,
    kind === SPAN_KIND.server ? resource['service.name'] : undefined,
    attributes['rpc.service'],
    attributes['http.host'],
    attributes['net.peer.name'],
  ];
  return candidates.map(text).find((candidate) => candidate !== undefined) ?? fixName(name);
};

const NAME_LENGTH_MAX = 200;
const fixName = (name: string): string => name.replace(/[^ 0-9\p{L}N_.:/%&#=+\-@]/gu, '').slice(0, NAME_LENGTH_MAX) || 'span';

/** A process on Lambda has its segment from Lambda itself. */
const originOf = (resource: Attributes): string | undefined => {
  if (resource['cloud.platform'] !== 'aws_ecs') return undefined;
  const launch = resource['aws.ecs.launchtype'];
  return launch === 'fargate' ? 'AWS::ECS::Fargate' : launch === 'ec2' ? 'AWS::ECS::EC2' : 'AWS::ECS::Container';
};

/** The HTTP status decides; the span's own where there is none. */
const outcomeOf = ({ attributes, failed, message, events, kind }: SpanRecord): object => {
  const status = Number(first(attributes, 'http.status_code', 'http.response.status_code') ?? 0);
  const isError = status >= 400 && status < 500;
  const isFault = status >= 400 && status < 600 ? status >= 500 : failed;
  const remote = kind === SPAN_KIND.client || kind === SPAN_KIND.producer;
  const id = () => randomBytes(8).toString('hex');
  const thrown = events
    .filter(({ name }) => name === 'exception')
    .map(({ attributes: of }) => ({ id: id(), type: of['exception.type'] ?? '', message: of['exception.message'] ?? '', remote }));
  const told = failed && message !== '' ? [{ id: id(), message }] : [];
  const exceptions = thrown.length > 0 ? thrown : told;
  return {
    ...(isError && { error: true }),
    ...(status === 429 && { throttle: true }),
    ...(isFault && { fault: true }),
    ...(exceptions.length > 0 && { cause: { exceptions } }),
  };
};

const httpOf = (attributes: Attributes): object => {
  const request = block('request', {
    method: first(attributes, 'http.method', 'http.request.method'),
    url: first(attributes, 'http.url', 'url.full'),
    user_agent: first(attributes, 'http.user_agent', 'user_agent.original'),
    client_ip: first(attributes, 'http.client_ip', 'client.address'),
  });
  const response = block('response', {
    status: first(attributes, 'http.status_code', 'http.response.status_code'),
    content_length: first(attributes, 'http.response_content_length', 'http.response.body.size'),
  });
  return block('http', { ...request, ...response });
};

const awsOf = (attributes: Attributes, resource: Attributes): object => {
  const tables = [first(attributes, 'aws.dynamodb.table_names', 'aws.table_name', 'aws.table.name') ?? []].flat();
  const sdk = [resource['telemetry.sdk.name'], resource['telemetry.sdk.language']].map(text);
  return block('aws', {
    account_id: first(attributes, 'aws.account_id') ?? resource['cloud.account.id'],
    operation: first(attributes, 'aws.operation', 'rpc.method'),
    region: attributes['aws.region'],
    request_id: first(attributes, 'aws.request_id', 'aws.requestId'),
    queue_url: first(attributes, 'messaging.url', 'aws.queue_url', 'aws.queue.url'),
    table_name: tables.length === 1 ? tables[0] : undefined,
    table_names: tables.length > 1 ? tables : undefined,
    ...block('xray', { sdk: sdk[0] && (sdk[1] ? `${sdk[0]} for ${sdk[1]}` : sdk[0]), sdk_version: resource['telemetry.sdk.version'] }),
  });
};

/** What became a field of the document, and is not told again. */
const CONSUMED = new Set([
  ...['http.method', 'http.request.method', 'http.url', 'url.full', 'http.user_agent', 'user_agent.original', 'http.client_ip'],
  ...['client.address', 'http.status_code', 'http.response.status_code', 'http.response_content_length', 'http.response.body.size'],
  ...['aws.account_id', 'aws.operation', 'rpc.method', 'aws.region', 'aws.request_id', 'aws.requestId', 'aws.queue_url', 'aws.queue.url'],
  ...['aws.table_name', 'aws.table.name', 'enduser.id', 'aws.xray.annotations'],
]);

/** Attributes that `aws.xray.annotations` names can be searched for, all others are metadata. */
const indexed = (attributes: Attributes, resource: Attributes): object => {
  const keys = new Set([attributes['aws.xray.annotations'] ?? []].flat());
  const annotations: Record<string, AttributeValue> = {};
  const metadata: Record<string, AttributeValue> = {};
  const all = [...Object.entries(resource).map(([key, value]) => [`otel.resource.${key}`, value] as const), ...Object.entries(attributes)];
  for (const [key, value] of all) {
    if (value === null) continue;
    if (keys.has(key) && typeof value !== 'object') annotations[key.replace(/[^0-9A-Za-z.]/g, '_')] = value;
    else if (!CONSUMED.has(key)) metadata[key] = value;
  }
  return { ...block('annotations', annotations), ...block('metadata', block('default', metadata) as Record<string, unknown>) };
};
