import type { Span, Trace } from '../contract.ts';
import { finiteOf, type Json, listOf, textOf } from '../json.ts';
import { assembleTrace } from './assemble.ts';
import { LAMBDA_FUNCTION, LAMBDA_SERVICE, nestInvocations } from './invocations.ts';
import type { Naming } from './naming.ts';

/** A span in OpenTelemetry's words, whatever file it came in: OTLP, Jaeger's, or the log group aws/spans. */
export interface OtelSpan {
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER' | 'INTERNAL';
  startS: number;
  endS: number | null;
  failed: boolean;
  attributes: Json;
  /** Attributes of the process that it is from. */
  resource: Json;
}

/** A span that has its names, except for what only the rest of its trace can tell. */
export interface NamedSpan {
  span: Span;
  kind: OtelSpan['kind'];
  /** It says itself of what it is a part. */
  placed: boolean;
}

/**
 * Attributes are read in the names of today's and of earlier conventions, and in AWS's own: https://opentelemetry.io/docs/specs/semconv/ ,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
 */
export const namedSpan = (span: OtelSpan, naming: Naming): NamedSpan => ({
  span: toSpan(span, naming),
  kind: span.kind,
  placed: span.attributes['aws.xray.origin'] !== undefined,
});

/** The spans of one trace to a trace: a call goes by its callee's node where that is in the trace, work within a service by its parent's. */
export function otelTrace(id: string, named: readonly NamedSpan[]): Trace {
  const sorted = named.toSorted((a, b) => a.span.startS - b.span.startS);
  const byId = new Map(sorted.map(({ span }) => [span.id, span]));
  const callees = new Map(sorted.filter(({ span }) => !span.remote && span.parentId !== null).map(({ span }) => [span.parentId, span]));
  // By start, so that a parent's node is known before its children's.
  for (const { span, kind, placed } of sorted) {
    const parent = byId.get(span.parentId ?? '');
    if (kind === 'CLIENT') span.node = callees.get(span.id)?.node ?? span.node;
    if (kind === 'INTERNAL' && parent?.remote === false && !placed) span.node = parent.node;
  }
  return assembleTrace(id, nestInvocations(sorted.map(({ span }) => span)));
}

const first = (attributes: Json, ...keys: string[]): string | undefined =>
  keys.map((key) => textOf(attributes[key])).find((value) => value !== undefined);

function toSpan(span: OtelSpan, naming: Naming): Span {
  const remote = span.kind === 'CLIENT' || span.kind === 'PRODUCER';
  const retries = Number(span.attributes['aws.retries'] ?? span.attributes['http.request.resend_count'] ?? 0);
  return {
    id: span.spanId,
    parentId: span.parentSpanId,
    node: naming.word(remote ? calledNode(span, naming) : servingNode(span, naming)),
    operation: naming.word(remote ? calledOperation(span, naming) : servedOperation(span, naming)),
    startS: span.startS,
    endS: span.endS,
    outcome: outcomeOf(span),
    remote,
    ...(retries > 0 && { retries }),
  };
}

// ---------------------------------------------------------------------------------------------------------------- the service's own

function servingNode({ attributes, resource, name }: OtelSpan, { nodes }: Naming): string {
  const service = first(attributes, 'aws.local.service') ?? first(resource, 'service.name') ?? name;
  const origin = textOf(attributes['aws.xray.origin']);
  if (origin !== undefined) return nodes.ofType(origin, service);
  const functionName = first(resource, 'faas.name') ?? first(attributes, 'faas.name');
  if (functionName !== undefined) return nodes.resource('lambda', functionName);
  return resource['cloud.platform'] === 'aws_ecs' ? nodes.resource('fargate', service) : nodes.service(service);
}

function servedOperation(span: OtelSpan, naming: Naming): string {
  const origin = span.attributes['aws.xray.origin'];
  if (origin === 'AWS::Lambda') return LAMBDA_SERVICE;
  if (origin === 'AWS::Lambda::Function') return LAMBDA_FUNCTION;
  return (span.kind === 'SERVER' ? requestOf(span.attributes, naming) : undefined) ?? span.name;
}

function requestOf(attributes: Json, { request }: Naming): string | undefined {
  const method = first(attributes, 'http.request.method', 'http.method');
  const route = first(attributes, 'http.route', 'url.template');
  if (method !== undefined && route !== undefined) return `${method} ${route}`;
  const url = first(attributes, 'url.path', 'http.target', 'url.full', 'http.url');
  return method === undefined || url === undefined ? undefined : request(method, url);
}

// ---------------------------------------------------------------------------------------------------------------- calls

function calledNode({ attributes, name }: OtelSpan, { nodes }: Naming): string {
  const tables = listOf(attributes['aws.dynamodb.table_names']).map(textOf);
  if (tables.length === 1 && tables[0] !== undefined) return nodes.resource('dynamodb', tables[0]);
  const functionName = textOf(attributes['faas.invoked_name']) ?? functionOfUrl(first(attributes, 'url.full', 'http.url'));
  if (functionName !== undefined) return nodes.resource('lambda', functionName);
  const queue = first(attributes, 'aws.sqs.queue.url', 'aws.queue_url', 'aws.queue.url', 'messaging.url');
  if (queue !== undefined) return nodes.ofType('AWS::SQS::Queue', queue);
  const service = first(attributes, 'aws.remote.service', 'peer.service', 'rpc.service', 'db.name', 'server.address', 'net.peer.name');
  const called = (service ?? name).replace(/^(?:AWS\.SDK\.|AWS::)/, '');
  if (called === 'ApiGatewayManagementApi' && nodes.socketApi !== null) return nodes.socketApi;
  const known = nodes.service(called);
  const isCache = ['redis', 'memcached'].includes(first(attributes, 'db.system', 'db.system.name') ?? '');
  return isCache && known === called ? nodes.resource('elasticache', called) : known;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const functionOfUrl = (url: string | undefined): string | undefined =>
  /\/functions\/(?:arn:aws[\w-]*:lambda:[\w-]+:\d+:function:)?([\w-]+)(?::[\w$-]+)?\/invocations/.exec(decoded(url))?.[1];

const decoded = (url = ''): string => url.replaceAll('%3A', ':').replaceAll('%3a', ':');

function calledOperation({ attributes, name }: OtelSpan, naming: Naming): string {
  if (functionOfUrl(first(attributes, 'url.full', 'http.url')) !== undefined) return 'Invoke';
  const operation = first(attributes, 'aws.remote.operation', 'rpc.method', 'db.operation.name', 'db.operation');
  return operation ?? requestOf(attributes, naming) ?? name;
}

/** An HTTP status decides, the span's own where there is none. */
function outcomeOf({ attributes, failed }: OtelSpan): Span['outcome'] {
  const status = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? 0);
  const type = first(attributes, 'error.type', 'exception.type') ?? '';
  if (status === 429 || attributes['aws.throttle'] === true || /throttl|ThroughputExceeded/i.test(type)) return 'throttle';
  if (status >= 400 && status < 500) return 'error';
  return failed || status >= 500 ? 'fault' : 'ok';
}

/** Hex ids of W3C as X-Ray writes them; shorter ones are filled up, as Jaeger does. */
export const xrayTraceId = (hex: string): string => {
  const digits = hex.toLowerCase().padStart(32, '0');
  return `1-${digits.slice(0, 8)}-${digits.slice(8)}`;
};

const KINDS = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** As OTLP numbers them, or by name; anything else is internal. */
export function kindOf(kind: unknown): OtelSpan['kind'] {
  const number = finiteOf(kind);
  if (number !== undefined) return KINDS[number - 1] ?? 'INTERNAL';
  const name = (textOf(kind) ?? '').toUpperCase().replace('SPAN_KIND_', '');
  return KINDS.find((each) => each === name) ?? 'INTERNAL';
}
