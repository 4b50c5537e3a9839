import { expect, it } from 'vitest';
import { spanEvents } from './spans.ts';

const SEGMENT = {
  name: 'auth',
  id: '53995c3f42cd8ad8',
  trace_id: '1-5759e988-bd862e3fe1be46a994272793',
  parent_id: '6226467e3f845502',
  start_time: 1_800_000_000.25,
  end_time: 1_800_000_000.5,
  origin: 'AWS::Lambda::Function',
  http: { request: { method: 'POST', url: 'https://game/login' }, response: { status: 200 } },
  annotations: { coldStart: true },
  subsegments: [
    {
      name: 'DynamoDB',
      id: 'aaaaaaaaaaaaaaaa',
      namespace: 'aws',
      start_time: 1_800_000_000.3,
      end_time: 1_800_000_000.4,
      error: true,
      throttle: true,
      aws: { operation: 'GetItem', table_name: 'users' },
    },
    { name: '## handler', id: 'bbbbbbbbbbbbbbbb', start_time: 1_800_000_000.3, in_progress: true },
  ],
};

const spansOf = (document: object) =>
  spanEvents(document).map(({ timestamp, message }) => ({ ...(JSON.parse(message) as Record<string, unknown>), timestamp }));

it('makes a span of a segment and of each subsegment that has ended', () => {
  const [segment, subsegment, ...others] = spansOf(SEGMENT);
  expect(others).toEqual([]);
  expect(segment).toMatchObject({
    timestamp: 1_800_000_000_500,
    resource: { attributes: { 'service.name': 'auth', 'cloud.region': 'us-east-1' } },
    traceId: '5759e988bd862e3fe1be46a994272793',
    spanId: '53995c3f42cd8ad8',
    parentSpanId: '6226467e3f845502',
    name: 'auth',
    kind: 'SERVER',
    startTimeUnixNano: 1_800_000_000_250_000_000,
    endTimeUnixNano: 1_800_000_000_500_000_000,
    durationNano: 250_000_000,
    attributes: { 'http.response.status_code': 200, 'http.request.method': 'POST', 'aws.local.service': 'auth', coldStart: true },
    status: { code: 'UNSET' },
  });
  expect(subsegment).toMatchObject({
    traceId: '5759e988bd862e3fe1be46a994272793',
    parentSpanId: '53995c3f42cd8ad8',
    kind: 'CLIENT',
    attributes: { 'aws.remote.service': 'DynamoDB', 'aws.remote.operation': 'GetItem', 'aws.local.service': 'auth' },
    status: { code: 'ERROR' },
  });
});

it('writes nanoseconds as whole numbers', () => {
  expect(spanEvents(SEGMENT)[0]?.message).toContain('"startTimeUnixNano":1800000000250000000,');
});

it('calls a fault an error, and a client error of a server none', () => {
  expect(spansOf({ ...SEGMENT, fault: true })[0]).toMatchObject({ status: { code: 'ERROR' } });
  expect(spansOf({ ...SEGMENT, error: true })[0]).toMatchObject({ status: { code: 'UNSET' } });
});

it('has no span for what is in progress, nor for a root without a trace', () => {
  expect(spansOf({ ...SEGMENT, end_time: undefined, in_progress: true, subsegments: [] })).toEqual([]);
  expect(spansOf({ ...SEGMENT, trace_id: undefined })).toEqual([]);
  expect(spansOf({ ...SEGMENT, parent_id: undefined })[0]).not.toHaveProperty('parentSpanId');
});

it('does not take a subsegment that comes by itself for a service', () => {
  const [span] = spansOf({ ...SEGMENT, type: 'subsegment', namespace: 'remote', subsegments: [] });
  expect(span).toMatchObject({ kind: 'CLIENT', attributes: { 'aws.remote.service': 'auth' } });
  expect((span as unknown as Record<string, unknown>)['attributes']).not.toHaveProperty('aws.local.service');
});
