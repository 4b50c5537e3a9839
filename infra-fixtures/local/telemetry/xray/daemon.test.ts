import { createSocket } from 'node:dgram';
import { AwsXrayUdpSpanExporter } from '@aws/aws-distro-opentelemetry-exporter-xray-udp';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readDatagram, startDaemon } from './daemon.ts';

const HEADER = '{"format":"json","version":1}\n';
const segment = { id: '0123456789abcdef', trace_id: '1-67a00000-0123456789abcdef01234567', name: 'a', start_time: 1, end_time: 2 };

/** As OpenTelemetry's SDK of version 1 hands them to AWS's exporter. */
const readableSpan = {
  name: 'DynamoDB.GetItem',
  kind: 2,
  spanContext: () => ({ traceId: '67a000000123456789abcdef01234567', spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 1 }),
  parentSpanId: '0123456789abcdef',
  startTime: [1_790_000_000, 500_000_000],
  endTime: [1_790_000_000, 750_001_000],
  status: { code: 2, message: 'broken' },
  attributes: {
    'rpc.system': 'aws-api',
    'rpc.service': 'DynamoDB',
    'http.status_code': 500,
    ratio: 0.5,
    retried: true,
    tables: ['a', 'b'],
  },
  links: [],
  events: [{ name: 'exception', time: [1_790_000_000, 0], attributes: { 'exception.type': 'Error', 'exception.message': 'broken' } }],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  instrumentationLibrary: { name: 'game' },
  resource: { attributes: { 'service.name': 'character' } },
};

const expected = {
  id: 'bbbbbbbbbbbbbbbb',
  parent_id: '0123456789abcdef',
  trace_id: segment.trace_id,
  name: 'DynamoDB',
  type: 'subsegment',
  namespace: 'aws',
  fault: true,
  start_time: 1_790_000_000.5,
  end_time: 1_790_000_000.750001,
  metadata: { default: { ratio: 0.5, retried: true, tables: ['a', 'b'] } },
  cause: { exceptions: [{ type: 'Error', message: 'broken', remote: true }] },
};

describe('startDaemon', () => {
  const received: object[] = [];
  let daemon: Awaited<ReturnType<typeof startDaemon>>;
  const socket = createSocket('udp4');
  const send = (text: string): void => socket.send(text, Number(daemon.address.split(':')[1]), '127.0.0.1');

  beforeEach(async () => {
    received.length = 0;
    daemon = await startDaemon((documents) => received.push(...documents));
  });
  afterEach(() => daemon.stop());

  it('takes segments, drops what it can’t read and goes on', async () => {
    for (const bad of [
      '',
      'x',
      HEADER,
      `${HEADER}{`,
      `${HEADER}"a"`,
      `{"format":"xml","version":1}\n{}`,
      `${HEADER}T1S!!!`,
      `${HEADER}T1U${btoa('x')}`,
    ])
      send(bad);
    send(HEADER + JSON.stringify(segment));
    await vi.waitFor(() => expect(received).not.toEqual([]));
    expect(received).toEqual([segment]);
  });

  it('takes the spans of AWS’s exporter, and leaves those that are not sampled', async () => {
    expect(daemon.address).toMatch(/^127\.0\.0\.1:\d+$/);
    type Spans = Parameters<AwsXrayUdpSpanExporter['export']>[0];
    const spans = [readableSpan] as unknown as Spans;
    await new Promise((resolve) => new AwsXrayUdpSpanExporter(daemon.address, 'T1U').export(spans, resolve));
    await new Promise((resolve) => new AwsXrayUdpSpanExporter(daemon.address).export(spans, resolve));
    await vi.waitFor(() => expect(received).not.toEqual([]));
    expect(received).toMatchObject([expected]);
  });
});

it('no datagram is too odd to be dropped', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((bytes) => `T1S${Buffer.from(bytes).toString('base64')}`),
  );
  fc.assert(
    fc.property(fc.constantFrom(HEADER, '\n', '{}\n', 'null\n', ''), body, (header, text) => {
      for (const document of readDatagram(Buffer.from(header + text))) expect(document).toBeTypeOf('object');
    }),
  );
});
