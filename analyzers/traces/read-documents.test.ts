import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSound } from '../../tests/sound-trace.ts';
import { SCHEMA_VERSION, type Traces } from '../contract.ts';
import { isBad } from '../malformed.ts';
import { createDocumentReader } from './read-documents.ts';

function read(...documents: unknown[]): Traces | { bad: string; hint: string } {
  const reader = createDocumentReader();
  for (const document of documents) {
    const wrong = reader.add(document);
    if (wrong !== null) return wrong;
  }
  return reader.end();
}
function tracesOf(...documents: unknown[]): Traces {
  const found = read(...documents);
  if (isBad(found)) throw new Error(found.bad);
  return found;
}

const TRACE = '6b0000000badcafe0000000000000001';
const S = 1_000_000_000n;
const at = (s: number): string => String(BigInt(Math.round(s * 1e6)) * (S / 1_000_000n));
const attribute = (key: string, value: string | number | boolean) => ({
  key,
  value: typeof value === 'string' ? { stringValue: value } : typeof value === 'number' ? { intValue: `${value}` } : { boolValue: value },
});
const span = (
  spanId: string,
  parentSpanId: string | undefined,
  kind: number,
  name: string,
  attributes: object[] = [],
  more: object = {},
) => ({
  ...{ traceId: TRACE, spanId: spanId.padStart(16, '0'), ...(parentSpanId && { parentSpanId: parentSpanId.padStart(16, '0') }) },
  ...{ name, kind, startTimeUnixNano: at(1000), endTimeUnixNano: at(1001.5), attributes, ...more },
});
const otlp = (resource: object[], ...spans: object[]) => ({
  resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ spans }] }],
});
const REQUEST = otlp(
  [attribute('service.name', 'auth'), attribute('faas.name', 'auth')],
  span('1', undefined, 2, 'POST', [attribute('http.request.method', 'POST'), attribute('http.route', '/auth/sign-in')]),
  span('2', '1', 1, 'hash password'),
  span('3', '2', 3, 'DynamoDB.Query', [
    attribute('rpc.method', 'Query'),
    { key: 'aws.dynamodb.table_names', value: { arrayValue: { values: [{ stringValue: 'users' }] } } },
    attribute('aws.retries', 2),
  ]),
  span('4', '1', 'SPAN_KIND_CLIENT' as unknown as number, 'GET', [attribute('db.system', 'redis'), attribute('peer.service', 'cache')], {
    status: { code: 2 },
  }),
  span('5', '1', 3, 'call', [attribute('http.response.status_code', 429), attribute('peer.service', 'guilds')]),
);

describe('OTLP', () => {
  it('becomes traces in our words, from one document or from one a line', () => {
    const second = otlp([attribute('service.name', 'guilds')], span('6', '5', 2, 'serve'));
    const { traces, ...rest } = tracesOf(REQUEST, second);
    expect(rest).toEqual({ schemaVersion: 1, source: 'otlp', matchedBy: 'window', recorded: null, gaps: [] });
    expect(traces).toHaveLength(1);
    expect(traces[0]).toMatchObject({ id: '1-6b000000-0badcafe0000000000000001', partial: false, weight: 1 });
    expect(traces[0]?.spans.map(({ node, operation, outcome, remote }) => [node, operation, outcome, remote])).toEqual([
      ['lambda:auth', 'POST /auth/sign-in', 'ok', false],
      ['lambda:auth', 'hash password', 'ok', false],
      ['dynamodb:users', 'Query', 'ok', true],
      ['elasticache:cache', 'GET', 'fault', true],
      ['guilds', 'call', 'throttle', true],
      ['guilds', 'serve', 'ok', false],
    ]);
    expect(traces[0]?.spans[2]).toMatchObject({ retries: 2, startS: 1000, endS: 1001.5 });
  });

  it.each<[string, object, RegExp]>([
    ['a trace id in base64', { traceId: 'awAAAAut' }, /^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.traceId is "awAAAAut"/],
    ['no span id', { spanId: 7 }, /spanId is 7/],
    ['a time that is none', { startTimeUnixNano: 'soon' }, /startTimeUnixNano is "soon"/],
    ['attributes as an object', { attributes: { a: 1 } }, /attributes is not a list/],
  ])('is refused for %s, with the place', (_, wrong, message) => {
    expect(read(otlp([], { ...span('1', undefined, 2, 'x'), ...wrong }))).toEqual({
      bad: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });
});

const jaeger = (...spans: object[]) => ({
  data: [
    {
      ...{ traceID: 'abc', spans },
      processes: { p1: { serviceName: 'engine', tags: [{ key: 'cloud.platform', value: 'aws_ecs' }] } },
    },
  ],
});
const jaegerSpan = (spanID: string, parent: string | null, more: object = {}) => ({
  ...{ traceID: 'abc', spanID, operationName: 'work', startTime: 1_000_000_000, duration: 5000, processID: 'p1' },
  references: parent === null ? [] : [{ refType: 'CHILD_OF', traceID: 'abc', spanID: parent }],
  ...{ tags: [], ...more },
});

describe('Jaeger', () => {
  it('becomes traces in our words', () => {
    const tags = [
      { key: 'span.kind', value: 'client' },
      { key: 'error', value: true },
      { key: 'peer.service', value: 'payments' },
    ];
    const traces = tracesOf(jaeger(jaegerSpan('1', null), jaegerSpan('2', '1', { tags, operationName: 'charge' })));
    expect(traces).toMatchObject({ source: 'jaeger', traces: [{ id: '1-00000000-000000000000000000000abc', partial: false }] });
    expect(traces.traces[0]?.spans).toEqual([
      expect.objectContaining({ node: 'fargate:engine', operation: 'work', startS: 1000, endS: 1000.005, parentId: null }),
      expect.objectContaining({ node: 'payments', operation: 'charge', outcome: 'fault', remote: true, parentId: '0000000000000001' }),
    ]);
  });

  it('gives a client’s and a server’s span that share an id one each', () => {
    const kind = (value: string) => ({ tags: [{ key: 'span.kind', value }] });
    const [trace] = tracesOf(jaeger(jaegerSpan('1', null, kind('client')), jaegerSpan('1', null, kind('server')))).traces;
    expect(trace?.spans.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['0000000000000001', null],
      ['0000000000000001#server', '0000000000000001'],
    ]);
  });

  it.each([
    [{ traceID: 'xyz' }, /^data\[0\]\.spans\[0\]\.traceID is "xyz"/],
    [{ startTime: -1 }, /startTime is -1/],
    [{ duration: 'long' }, /duration is "long"/],
  ])('is refused for %j', (wrong, message) => {
    expect(read(jaeger({ ...jaegerSpan('1', null), ...wrong }))).toMatchObject({ bad: expect.stringMatching(message) });
  });
});

describe('our own file', () => {
  const own: Traces = { ...tracesOf(REQUEST), schemaVersion: SCHEMA_VERSION, source: 'xray', matchedBy: 'prefix', recorded: 12 };

  it('is read as it was', () => {
    expect(read(JSON.parse(JSON.stringify(own)))).toEqual(own);
  });

  it.each<[string, (file: Record<string, unknown>) => void, RegExp]>([
    ['another version', (file) => Object.assign(file, { schemaVersion: 2 }), /schemaVersion is 2, not 1/],
    ['another source', (file) => Object.assign(file, { source: 'zipkin' }), /source is "zipkin"/],
    ['no traces', (file) => Object.assign(file, { traces: {} }), /traces is not a list/],
    ['a weight of zero', (file) => Object.assign((file['traces'] as object[])[0] ?? {}, { weight: 0 }), /traces\[0\]\.weight is 0/],
  ])('is refused for %s', (_, spoil, message) => {
    const file = structuredClone(own) as unknown as Record<string, unknown>;
    spoil(file);
    expect(read(file)).toMatchObject({ bad: expect.stringMatching(message) });
  });

  it('is refused for any field of a span that is not what it is to be', () => {
    for (const key of ['id', 'parentId', 'node', 'operation', 'startS', 'endS', 'outcome', 'remote']) {
      const file = structuredClone(own);
      Object.assign(file.traces[0]?.spans[1] ?? {}, { [key]: {} });
      expect(read(file)).toMatchObject({ bad: expect.stringContaining(`traces[0].spans[1].${key} is {}`) });
    }
  });
});

describe('what is none of these', () => {
  it.each([[null], [[]], [{}], [{ data: [1] }], ['text']])('%j is refused', (document) => {
    expect(read(document)).toMatchObject({ bad: expect.any(String), hint: expect.stringContaining('OTLP') });
  });

  it('is refused for nothing at all, and for two kinds in one', () => {
    expect(read()).toMatchObject({ bad: 'there is nothing in it' });
    expect(read(REQUEST, jaeger(jaegerSpan('1', null)))).toMatchObject({ bad: 'it is traces of several kinds' });
  });

  it('is refused or read soundly, whatever it is', () => {
    const hexId = (length: number) => fc.constantFrom('1'.repeat(length), '2'.repeat(length), '3'.repeat(length), '0'.repeat(length), 'x');
    const anySpan = fc.record(
      {
        ...{ traceId: fc.constant(TRACE), spanId: hexId(16), parentSpanId: hexId(16), name: fc.anything(), kind: fc.anything() },
        ...{ startTimeUnixNano: fc.oneof(fc.nat(), fc.constant(at(5))), endTimeUnixNano: fc.oneof(fc.nat(), fc.anything()) },
        ...{ attributes: fc.oneof(fc.constant([]), fc.array(fc.anything()), fc.anything()), status: fc.anything() },
      },
      { requiredKeys: ['traceId'] },
    );
    const anyJaegerSpan = fc.record({
      ...{ traceID: fc.constant('abc'), spanID: hexId(16), parentSpanID: hexId(16), operationName: fc.anything() },
      ...{ startTime: fc.nat(), duration: fc.nat(), tags: fc.anything(), references: fc.anything(), processID: fc.anything() },
    });
    const document = fc.oneof(
      fc.array(anySpan, { maxLength: 4 }).map((spans) => otlp([], ...spans)),
      fc.array(anyJaegerSpan, { maxLength: 4 }).map((spans) => jaeger(...spans)),
      fc.anything(),
    );
    fc.assert(
      fc.property(document, (given) => {
        const found = read(given);
        if (isBad(found)) expect(found.bad).not.toBe('');
        else for (const trace of found.traces) expectSound(trace);
      }),
      { numRuns: 300 },
    );
  });
});
