import { describe, expect, it } from 'vitest';
import { type Attributes, SPAN_KIND, type SpanRecord, STATUS_ERROR } from './otlp.ts';
import { readDocument } from './segment.ts';
import { toSegment } from './span-segment.ts';

const span = (change: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: '67a000000123456789abcdef01234567',
  spanId: '0123456789abcdef',
  parentSpanId: 'aaaaaaaaaaaaaaaa',
  name: 'DynamoDB.GetItem',
  kind: SPAN_KIND.client,
  startTimeUnixNano: 100.5e9,
  endTimeUnixNano: 100.75e9,
  attributes: {},
  events: [],
  status: null,
  resource: { 'service.name': 'engine', 'cloud.platform': 'aws_ecs' },
  ...change,
});
const dynamo: Attributes = {
  'rpc.system': 'aws-api',
  'rpc.service': 'DynamoDB',
  'rpc.method': 'GetItem',
  'aws.dynamodb.table_names': ['characters'],
  'aws.region': 'us-east-1',
  'aws.request_id': 'ABC',
  'http.status_code': 200,
};

describe('toSegment', () => {
  it('makes a call of the AWS SDK a subsegment by itself with its aws block', () => {
    const segment = toSegment(span({ attributes: dynamo }));
    expect(segment).toEqual({
      id: '0123456789abcdef',
      trace_id: '1-67a00000-0123456789abcdef01234567',
      parent_id: 'aaaaaaaaaaaaaaaa',
      name: 'DynamoDB',
      type: 'subsegment',
      namespace: 'aws',
      start_time: 100.5,
      end_time: 100.75,
      http: { response: { status: 200 } },
      aws: { operation: 'GetItem', region: 'us-east-1', request_id: 'ABC', table_name: 'characters' },
      metadata: { default: { 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB', 'aws.dynamodb.table_names': ['characters'] } },
    });
    expect(readDocument(JSON.stringify(segment))).toHaveProperty('document');
  });

  it('makes other calls remote, and inner work neither', () => {
    expect(toSegment(span({ name: 'GET', attributes: { 'db.system': 'redis', 'peer.service': 'cache' } }))).toMatchObject({
      namespace: 'remote',
      name: 'cache',
    });
    expect(toSegment(span({ name: 'hash password', kind: SPAN_KIND.internal }))).not.toHaveProperty('namespace');
  });

  it('makes a server’s span and any root a segment, named and typed by its process', () => {
    expect(toSegment(span({ kind: SPAN_KIND.server }))).toMatchObject({
      name: 'engine',
      origin: 'AWS::ECS::Container',
      parent_id: 'aaaaaaaaaaaaaaaa',
    });
    expect(toSegment(span({ kind: SPAN_KIND.server }))).not.toHaveProperty('type');
    const root = toSegment(span({ kind: SPAN_KIND.consumer, parentSpanId: '', name: 'process <task>' }));
    expect(root).toMatchObject({ name: 'process task', origin: 'AWS::ECS::Container' });
    expect(root).not.toHaveProperty('parent_id');
    expect(root).not.toHaveProperty('type');
    expect(toSegment(span({ kind: SPAN_KIND.server, resource: { 'cloud.platform': 'aws_lambda' } }))).not.toHaveProperty('origin');
  });

  it.each([
    [200, false, {}],
    [400, false, { error: true }],
    [429, false, { error: true, throttle: true }],
    [503, false, { fault: true }],
    [200, true, { fault: true }],
    [undefined, true, { fault: true }],
    [undefined, false, {}],
    [400, true, { error: true }],
  ])('status %s, failed %s', (status, failed, flags) => {
    const { error, fault, throttle } = toSegment(
      span({ status: { code: failed ? STATUS_ERROR : 1, message: '' }, attributes: { 'http.status_code': status ?? null } }),
    ) as Record<string, boolean>;
    expect(JSON.parse(JSON.stringify({ error, fault, throttle }))).toEqual(flags);
  });

  it('tells the exception that was thrown, or else the status’ message', () => {
    const thrown = { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'no' } };
    expect(
      toSegment(span({ status: { code: STATUS_ERROR, message: 'm' }, events: [{ name: 'log', attributes: {} }, thrown] })),
    ).toMatchObject({
      cause: { exceptions: [{ type: 'TypeError', message: 'no', remote: true, id: expect.stringMatching(/^[0-9a-f]{16}$/) }] },
    });
    expect(toSegment(span({ status: { code: STATUS_ERROR, message: 'm' } }))).toMatchObject({ cause: { exceptions: [{ message: 'm' }] } });
    expect(toSegment(span({ status: { code: 1, message: 'm' } }))).not.toHaveProperty('cause');
  });

  it('keeps all else as metadata, of a segment also what its process is', () => {
    const attributes = { level: 7, none: null };
    expect(toSegment(span({ attributes }))).toMatchObject({ metadata: { default: { level: 7 } } });
    expect(toSegment(span({ attributes, kind: SPAN_KIND.server }))).toMatchObject({
      metadata: { default: { level: 7, 'otel.resource.service.name': 'engine', 'otel.resource.cloud.platform': 'aws_ecs' } },
    });
    expect(toSegment(span())).not.toHaveProperty('metadata');
  });
});
