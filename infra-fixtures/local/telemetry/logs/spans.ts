import { ACCOUNT_ID, REGION } from '../../names.ts';
import type { Entity } from '../xray/segment.ts';
import type { LogEvent } from './store.ts';

/** Where Transaction Search keeps spans: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html */
export const SPANS_GROUP = 'aws/spans';

/** Guess: subsegments of subsegments, as deep as any SDK nests them. */
const DEPTH_MAX = 20;

/**
 * A segment document, or an independent subsegment's, as the events that Transaction Search writes of it: one span for it and one for each subsegment
 * within, in OpenTelemetry's words. What is still in progress is no span yet.
 *
 * The shape of a span is seen in public examples of the log group. Which attribute a field of a segment becomes is not documented by AWS: names are those of
 * OpenTelemetry's conventions and of Application Signals (`aws.local.service`, `aws.remote.service`); annotations keep their keys.
 */
export const spanEvents = (document: object): LogEvent[] => {
  const root = document as Entity;
  // A subsegment that comes by itself doesn't say of what service it is.
  return spansOf(root, root, root.type === 'subsegment' ? undefined : root.name, 0);
};

/** @param service the name of the segment around it */
const spansOf = (segment: Entity, from: Pick<Entity, 'trace_id' | 'parent_id'>, service: string | undefined, depth: number): LogEvent[] => {
  if (depth > DEPTH_MAX) return [];
  const { trace_id, parent_id } = from;
  const { id, start_time: startS, end_time: endS, subsegments = [] } = segment;
  const inner = subsegments.flatMap((subsegment) => spansOf(subsegment, { ...from, parent_id: id }, service, depth + 1));
  if (endS === undefined || trace_id === undefined) return inner;
  const isServer = depth === 0 && segment.type !== 'subsegment';
  const isCall = segment.namespace === 'aws' || segment.namespace === 'remote';
  const kind = isServer ? 'SERVER' : isCall ? 'CLIENT' : 'INTERNAL';
  const failed = segment.fault === true || (kind === 'CLIENT' && (segment.error === true || segment.throttle === true));
  const span = {
    resource: {
      attributes: { 'service.name': service, 'cloud.provider': 'aws', 'cloud.account.id': ACCOUNT_ID, 'cloud.region': REGION },
    },
    // X-Ray's 1-5759e988-bd862e3fe1be46a994272793 is W3C's 5759e988bd862e3fe1be46a994272793.
    traceId: trace_id.replace(/^1-/, '').replaceAll('-', ''),
    spanId: id,
    parentSpanId: parent_id,
    name: segment.name,
    kind,
    startTimeUnixNano: nanoseconds(startS),
    endTimeUnixNano: nanoseconds(endS),
    durationNano: Math.round((endS - startS) * 1e9),
    attributes: attributesOf(segment, service, kind),
    status: { code: failed ? 'ERROR' : 'UNSET' },
  };
  // AWS gives an event of the group the time its span ended.
  return [{ timestamp: Math.floor(endS * 1000), message: JSON.stringify(span) }, ...inner];
};

/** Beyond the integers of a double, as they are in JSON; what is lost is below a microsecond. */
const nanoseconds = (s: number): number => Math.round(s * 1e6) * 1000;

/** JSON leaves out what is undefined. */
const attributesOf = (segment: Entity, service: string | undefined, kind: string): object => {
  const { http: { request = {}, response = {} } = {}, aws = {} } = segment;
  return {
    'aws.local.service': service,
    ...(kind === 'CLIENT' && { 'aws.remote.service': segment.name, 'aws.remote.operation': aws.operation }),
    'aws.span.kind': kind,
    'aws.xray.origin': segment.origin,
    'aws.dynamodb.table_names': aws.table_name === undefined ? undefined : [aws.table_name],
    'aws.request_id': aws.request_id,
    'aws.throttle': segment.throttle,
    'http.request.method': request.method,
    'url.full': request.url,
    'user_agent.original': request.user_agent,
    'client.address': request.client_ip,
    'http.response.status_code': response.status,
    ...segment.annotations,
  };
};
