import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from './filter.ts';
import { parseFilter } from './filter-parser.ts';
import type { Document } from './segment.ts';
import { assemble, type Trace } from './trace.ts';

const TRACE_ID = '1-67a00000-000000000000000000000001';
const id = (n: number): string => n.toString(16).padStart(16, '0');

const traceOf = (documents: readonly object[]): Trace => {
  const trace = assemble({
    id: TRACE_ID,
    startS: 100,
    endS: 101,
    updatedS: 101,
    revision: documents.length,
    limitExceeded: false,
    texts: documents.map((document) => JSON.stringify({ trace_id: TRACE_ID, ...document })),
  });
  if (trace === null) throw new Error('no trace');
  return trace;
};

/** A stage that calls a function, which reads one table in time and is throttled by another. */
const trace = traceOf([
  {
    id: id(1),
    name: 'api/prod',
    origin: 'AWS::ApiGateway::Stage',
    start_time: 100,
    end_time: 100.5,
    fault: true,
    resource_arn: 'arn:api',
    http: {
      request: { url: 'https://api/prod/characters', method: 'POST', user_agent: 'k6/2.2.0', client_ip: '127.0.0.1' },
      response: { status: 500 },
    },
    subsegments: [{ id: id(2), name: 'Lambda', namespace: 'aws', start_time: 100.1, end_time: 100.45 }],
  },
  {
    id: id(3),
    name: 'character',
    origin: 'AWS::Lambda',
    parent_id: id(2),
    start_time: 100.1,
    end_time: 100.4,
    http: { response: { status: 200 } },
  },
  {
    id: id(4),
    name: 'character',
    origin: 'AWS::Lambda::Function',
    parent_id: id(3),
    start_time: 100.2,
    end_time: 100.4,
    fault: true,
    user: 'alice',
  },
  {
    id: id(5),
    name: 'DynamoDB',
    type: 'subsegment',
    parent_id: id(4),
    namespace: 'aws',
    start_time: 100.2,
    end_time: 100.25,
    aws: { operation: 'GetItem', table_name: 'characters' },
    annotations: { level: 7, guild: 'cogs', beta: true },
  },
  {
    id: id(6),
    name: 'DynamoDB',
    type: 'subsegment',
    parent_id: id(4),
    namespace: 'aws',
    start_time: 100.25,
    end_time: 100.4,
    error: true,
    throttle: true,
    aws: { operation: 'PutItem', table_name: 'auctions' },
    http: { response: { status: 400 } },
  },
]);

describe('matches', () => {
  it.each([
    'fault',
    '!ok',
    '!error',
    'throttle',
    'fault = true',
    'ok != true',
    'http.status = 500',
    'http.status != 200',
    'http.url CONTAINS "/characters"',
    'http.url BEGINSWITH "https://" AND http.url ENDSWITH "characters"',
    'http.method = "POST" http.useragent CONTAINS "k6" http.clientip = "127.0.0.1"',
    'http.url AND responseTime > 0.4',
    'responsetime = 0.5',
    'duration >= 0.5 AND duration <= 0.6',
    '!partial',
    'user CONTAINS ""',
    'user = "alice"',
    'resource.arn = "arn:api"',
    'annotation.level > 6',
    'annotation[guild] = "cogs"',
    'annotation.beta',
    'annotation.level != 8',
    'service("character")',
    'service("character") { fault }',
    'service(id(name: "character", type: "AWS::Lambda::Function")) { fault }',
    '!service(id(name: "character", type: "AWS::Lambda")) { fault }',
    'service() { throttle }',
    'service(id(type: "AWS::DynamoDB::Table")) { inferred AND error }',
    'service("auctions") { http.status = 400 }',
    'service("api/prod") { root = true and fault = true }',
    'service() { name BEGINSWITH "char" AND type ENDSWITH "Table" }',
    'edge("character", "auctions") { error }',
    'edge("api/prod", "character") { responsetime > 0.3 }',
    'edge(id(name: "character", type: "AWS::Lambda"), id(name: "character", type: "AWS::Lambda::Function"))',
  ])('takes %s', (text) => {
    expect(matches(parseFilter(text), trace)).toBe(true);
    expect(matches(parseFilter(`!(${text})`), trace)).toBe(false);
  });

  it.each([
    'ok',
    'error',
    'partial',
    'http.status = 200',
    'http.url CONTAINS "/auctions"',
    'http.url = ""',
    'responsetime > 0.5',
    'duration < 0.5',
    'user = "bob"',
    'user != "alice"',
    'instance.id',
    'instance.id != "i-1"',
    'annotation.nothing',
    'annotation.nothing != 1',
    'annotation.level = "7"',
    'annotation.toString',
    'annotation.guild > 1',
    'service("guilds")',
    'service("DynamoDB")',
    'service("character") { throttle }',
    'service("characters") { error }',
    'service(id(name: "character", type: "AWS::DynamoDB::Table"))',
    'service("character") { root }',
    'edge("auctions", "character")',
    'edge("api/prod", "auctions")',
    'edge("character", "characters") { error }',
  ])('does not take %s', (text) => {
    expect(matches(parseFilter(text), trace)).toBe(false);
  });
});

// ---------------------------------------------------------------------------------------------------------------- any trace

const flags = fc.record({ error: fc.boolean(), fault: fc.boolean(), throttle: fc.boolean() }, { requiredKeys: [] });
const document = (n: number): fc.Arbitrary<Partial<Document>> =>
  fc
    .tuple(
      flags,
      fc.constantFrom('a', 'b', 'c'),
      fc.integer({ min: 0, max: n }),
      fc.boolean(),
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
    )
    .map(([flag, name, parent, isSub, tookMs, isOpen]) => ({
      ...flag,
      id: id(n + 1),
      name,
      start_time: 100,
      ...(isOpen ? { in_progress: true } : { end_time: 100 + tookMs / 1000 }),
      // Parents that don't exist and circles occur.
      ...(n > 0 && { parent_id: id(parent) }),
      ...(n > 0 && isSub && { type: 'subsegment', namespace: 'remote' }),
    }));
const traces = fc
  .integer({ min: 1, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, n) => document(n))))
  .map((documents) => traceOf(documents));

const FILTERS = [
  'ok',
  'fault',
  'error OR partial',
  'responsetime > 1',
  'duration < 2',
  'service("a") { fault }',
  'edge("a", "b")',
  'service() { inferred }',
  'http.status != 200',
];
const filter = fc.constantFrom(...FILTERS);

describe('over any trace', () => {
  it('De Morgan holds', () => {
    fc.assert(
      fc.property(traces, filter, filter, (any, a, b) => {
        const is = (text: string): boolean => matches(parseFilter(text), any);
        expect(is(`!((${a}) AND (${b}))`)).toBe(is(`!(${a}) OR !(${b})`));
        expect(is(`!((${a}) OR (${b}))`)).toBe(is(`!(${a}) AND !(${b})`));
        expect(is(`!!(${a})`)).toBe(is(a));
      }),
    );
  });

  it('a service that is asked for with a condition is one that is there without', () => {
    fc.assert(
      fc.property(
        traces,
        fc.constantFrom('a', 'b', 'c', 'd'),
        filter.filter((text) => !/service|edge/.test(text)),
        (any, name, condition) => {
          const is = (text: string): boolean => matches(parseFilter(text), any);
          if (is(`service("${name}") { ${condition} }`)) expect(is(`service("${name}")`)).toBe(true);
          if (name === 'd') expect(is(`service("${name}")`)).toBe(false);
        },
      ),
    );
  });
});
