import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter, parseSelector } from './filter.ts';
import type { Document } from './segment.ts';
import { assemble, type Trace } from './trace.ts';

const TRACE_ID = '1-67a00000-000000000000000000000001';
const id = (n: number): string => n.toString(16).padStart(16, '0');

const traceOf = (documents: readonly object[]): Trace => {
  const trace = assemble({
    id: TRACE_ID,
    startS: 100,
    endS: 101,
    updatedS: 0,
    revision: 1,
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
    resource_arn: 'arn:aws:lambda:eu-west-1:000000000000:function:character',
    aws: { ec2: { instance_id: 'i-0c0ffee', availability_zone: 'eu-west-1b' } },
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
    'error = false',
    'NOT ok',
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
    'user CONTAINS ""',
    'partial = false',
    'instance.id = "i-0c0ffee"',
    'availabilityzone BEGINSWITH "eu-west-1"',
    'resource.arn CONTAINS "function:character"',
    'user = "alice"',
    'annotation.level > 6',
    'annotation[guild] = "cogs"',
    'annotation.beta',
    'annotation.level != 8',
    'service("character")',
    'service("character") { fault }',
    'service(id(name: "character", type: "AWS::Lambda::Function")) { fault }',
    '!service(id(name: "character", type: "AWS::Lambda")) { fault }',
    'service() { throttle }',
    'service(id(type: "AWS::DynamoDB::Table")) { error }',
    'service("auctions") { http.status = 400 AND throttle }',
    'service("character") { fault = true OR responsetime > 2.5 } AND user = "alice"',
    'responseTime>0.4 duration <3 !ok',
    'ok OR fault AND throttle',
    '!annotation.age',
    'annotation["guild"] != "gears"',
    'edge("character", "auctions") { error }',
    'edge("api/prod", "character") { responsetime > 0.3 }',
    'edge(id(name: "character", type: "AWS::Lambda"), id(name: "character", type: "AWS::Lambda::Function"))',
  ])('takes %s', (text) => {
    expect(parseFilter(text)(trace)).toBe(true);
    expect(parseFilter(`!(${text})`)(trace)).toBe(false);
  });

  it.each([
    'ok',
    'error',
    'fault = false',
    '(ok OR fault) AND error',
    'http.status = 200',
    'http.url CONTAINS "/auctions"',
    'http.url = ""',
    'responsetime > 0.5',
    'duration < 0.5',
    'user = "bob"',
    'instance.id = "i-1"',
    'partial = true',
    'partial',
    'resource.arn = "arn:aws:nothing"',
    'user != "alice"',
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
    'edge("auctions", "character")',
    'edge("api/prod", "auctions")',
    'edge("character", "characters") { error }',
  ])('does not take %s', (text) => {
    expect(parseFilter(text)(trace)).toBe(false);
  });
});

describe('parseFilter', () => {
  it.each([
    ['', 'end of query'],
    ['   ', 'end of query'],
    ['fault AND', 'end of query'],
    ['OR fault', 'or is not supported'],
    ['(fault', 'end of query'],
    ['fault)', 'unexpected symbol found ) at line 1 and position 6'],
    ['service("a") { fault', 'end of query'],
    ['service("a") { }', 'found }'],
    ['service("a", "b")', 'found )'],
    ['service("a") { service("b") }', 'within another'],
    ['service("a") { annotation.x = 1 }', 'annotations'],
    ['service(a)', 'found a'],
    ['service(id(account.id: "1"))', 'account.id'],
    ['edge("a")', 'found )'],
    ['http.url = unquoted', 'quotation marks'],
    ['http.url = 5', 'compared with a number'],
    ['responsetime = "5"', 'compared with a string'],
    ['responsetime CONTAINS 5', 'no operator for a number'],
    ['fault > true', 'no operator for a boolean'],
    ['duration BETWEEN 1 AND 2', 'between is not supported'],
    ['name = "a"', 'name is not supported here'],
    ['group.name = "x"', 'group.name is not supported here'],
    ['service("a") { root }', 'root is not supported here'],
    ['group.name = "a"', 'group.name is not supported'],
    ['rootcause.fault.service { name = "Auth" }', 'not supported'],
    ['hasOwnProperty', 'not supported'],
    ['annotation.level toString 7', 'tostring is not supported'],
    ['no.such = 1', 'not supported'],
    ["http.url = 'a'", "found ' at line 1 and position 12"],
    ['http.url = "a', 'found "'],
    ['duration > 1.2.3', 'found 1'],
    ['fault = = true', 'found ='],
    ['('.repeat(200), 'nested'],
    ['!'.repeat(200), 'nested'],
    ['fault '.repeat(1000), 'longer than'],
  ])('refuses %s', (text, why) => {
    expect(() => parseFilter(text)).toThrow(
      expect.objectContaining({ code: 'InvalidRequestException', status: 400, message: expect.stringContaining(why) }),
    );
  });

  it('answers any text with a filter or an InvalidRequestException, and nothing else', () => {
    const words = fc.constantFrom(...'( ) { } ! = AND or fault service "a" 1.5 id : annotation.a <'.split(' '));
    const texts = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseFilter(text)(trace)).toBeTypeOf('boolean');
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidRequestException', status: 400 });
        }
      }),
    );
  });

  it('finds any text that is quoted', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const [segment = {}] = [{ id: id(1), name: 'a', start_time: 100, end_time: 101, user: value, annotations: { key: value } }];
        const quoted = `"${value.replace(/["\\]/g, '\\$&')}"`;
        expect(parseFilter(`user = ${quoted} AND annotation.key = ${quoted}`)(traceOf([segment]))).toBe(true);
        expect(parseFilter(`user != ${quoted}`)(traceOf([segment]))).toBe(false);
      }),
    );
  });
});

describe('parseSelector', () => {
  it.each([
    ['id(name: "character", type: "AWS::Lambda")', false, [id(3)]],
    ['service("character")', false, [id(3), id(4)]],
    ['service("guilds")', false, []],
    ['edge("api/prod", "character")', true, [id(3)]],
  ])('takes %s', (text, isEdge, ids) => {
    const selector = parseSelector(text);
    expect(selector.isEdge).toBe(isEdge);
    expect(selector.segmentsOf(trace).map(({ document }) => document.id)).toEqual(ids);
  });

  it.each(['fault', 'service("a") { fault }', 'service("a") OR service("b")', ''])('refuses %s', (text) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'InvalidRequestException' }));
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
  'error OR throttle',
  'responsetime > 1',
  'duration < 2',
  'service("a") { fault }',
  'edge("a", "b")',
  'http.status != 200',
];
const filter = fc.constantFrom(...FILTERS);

describe('over any trace', () => {
  it('De Morgan holds', () => {
    fc.assert(
      fc.property(traces, filter, filter, (any, a, b) => {
        const is = (text: string): boolean => parseFilter(text)(any);
        expect(is(`!((${a}) AND (${b}))`)).toBe(is(`!(${a}) OR !(${b})`));
        expect(is(`!((${a}) OR (${b}))`)).toBe(is(`!(${a}) AND !(${b})`));
        expect(is(`!!(${a})`)).toBe(is(a));
      }),
    );
  });

  it('AND binds closer than OR, and may be left out', () => {
    fc.assert(
      fc.property(traces, filter, filter, filter, (any, a, b, c) => {
        const is = (text: string): boolean => parseFilter(text)(any);
        const simple = (text: string): string => (text.includes(' OR ') ? `(${text})` : text);
        const [x, y, z] = [simple(a), simple(b), simple(c)];
        expect(is(`${x} OR ${y} AND ${z}`)).toBe(is(x) || (is(y) && is(z)));
        expect(is(`${x} ${y} or ${z}`)).toBe((is(x) && is(y)) || is(z));
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
          const is = (text: string): boolean => parseFilter(text)(any);
          if (is(`service("${name}") { ${condition} }`)) expect(is(`service("${name}")`)).toBe(true);
          if (name === 'd') expect(is(`service("${name}")`)).toBe(false);
        },
      ),
    );
  });
});
