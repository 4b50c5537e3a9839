import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Filter, type Keyword, parseFilter, parseSelector, type Selector } from './filter-parser.ts';

// ---------------------------------------------------------------------------------------------------------------- printed again

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const selector = ({ name, type }: Selector): string =>
  type === undefined
    ? name === undefined
      ? ''
      : quoted(name)
    : `id(${[name !== undefined && `name: ${quoted(name)}`, `type: ${quoted(type)}`].filter(Boolean).join(', ')})`;
const keyword = ({ name, key }: Keyword): string => (key === undefined ? name : `${name}[${quoted(key)}]`);
const braces = (filter: Filter | null): string => (filter === null ? '' : ` { ${print(filter)} }`);

const print = (filter: Filter): string => {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${print(filter.left)} ${filter.kind.toUpperCase()} ${print(filter.right)})`;
    case 'not':
      return `!(${print(filter.of)})`;
    case 'is':
      return keyword(filter.keyword);
    case 'compare':
      return `${keyword(filter.keyword)} ${filter.operator} ${typeof filter.value === 'string' ? quoted(filter.value) : filter.value}`;
    case 'service':
      return `service(${selector(filter.of)})${braces(filter.filter)}`;
    default:
      return `edge(${selector(filter.from)}, ${selector(filter.to)})${braces(filter.filter)}`;
  }
};

// ---------------------------------------------------------------------------------------------------------------- any filter

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((value) => (value === 0 ? 0 : value));
const stringOperator = fc.constantFrom('=', '!=', 'contains', 'beginswith', 'endswith');
const numberOperator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const booleanOperator = fc.constantFrom('=', '!=');
const stringKeyword = fc.constantFrom('http.url', 'http.method', 'user', 'resource.arn').map((name) => ({ name }));
const numberKeyword = fc.constantFrom('duration', 'responsetime', 'http.status').map((name) => ({ name }));
const booleanKeyword = fc.constantFrom('ok', 'error', 'fault', 'throttle', 'partial').map((name) => ({ name }));
const annotation = fc.string().map((key) => ({ name: 'annotation', key }));

const comparisons = (annotated: boolean): fc.Arbitrary<Filter> => {
  const of = (...keywords: fc.Arbitrary<Keyword>[]) => fc.oneof(...keywords, ...(annotated ? [annotation] : []));
  return fc.oneof(
    fc.record({ kind: fc.constant('is'), keyword: of(stringKeyword, numberKeyword, booleanKeyword) }),
    fc.record({ kind: fc.constant('compare'), keyword: of(stringKeyword), operator: stringOperator, value: fc.string() }),
    fc.record({ kind: fc.constant('compare'), keyword: of(numberKeyword), operator: numberOperator, value: number }),
    fc.record({ kind: fc.constant('compare'), keyword: of(booleanKeyword), operator: booleanOperator, value: fc.boolean() }),
  ) as fc.Arbitrary<Filter>;
};

const node: fc.Arbitrary<Selector> = fc.oneof(
  fc.record({ name: fc.string() }),
  fc.record({ type: fc.string() }),
  fc.record({ name: fc.string(), type: fc.string() }),
);

const combined = (leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('filter'), right: tie('filter') }) as fc.Arbitrary<Filter>,
      fc.record({ kind: fc.constant('not'), of: tie('filter') }) as fc.Arbitrary<Filter>,
    ),
  })).filter;

const within = fc.option(combined(comparisons(false)), { nil: null });
const filters = combined(
  fc.oneof(
    comparisons(true),
    fc.record({ kind: fc.constant('service'), of: fc.oneof(node, fc.constant({})), filter: within }) as fc.Arbitrary<Filter>,
    fc.record({ kind: fc.constant('edge'), from: node, to: node, filter: within }) as fc.Arbitrary<Filter>,
  ),
);

describe('parseFilter', () => {
  it('reads back every filter that is printed', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const text = print(filter);
        fc.pre(text.length <= 4096);
        expect(parseFilter(text)).toEqual(filter);
      }),
    );
  });

  it('answers any other text with a filter or an InvalidRequestException, and nothing else', () => {
    const words = fc.constantFrom(
      '(',
      ')',
      '{',
      '}',
      '!',
      '=',
      'AND',
      'or',
      'fault',
      'service',
      '"a"',
      '1.5',
      'id',
      ':',
      'annotation.a',
      '<',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            expect(parseFilter(print(parseFilter(text)))).toEqual(parseFilter(text));
          } catch (error) {
            expect(error).toMatchObject({ code: 'InvalidRequestException', status: 400 });
          }
        },
      ),
    );
  });

  it.each([
    ['responsetime > 5', 'responsetime > 5'],
    ['responseTime>5', 'responsetime > 5'],
    ['duration >= 5 and duration <= 8', '(duration >= 5 AND duration <= 8)'],
    ['ok !partial duration <3', '((ok AND !(partial)) AND duration < 3)'],
    ['ok OR fault AND !throttle', '(ok OR (fault AND !(throttle)))'],
    ['NOT fault', '!(fault)'],
    ['ok = false', 'ok = false'],
    ['annotation.account = "12345"', 'annotation["account"] = "12345"'],
    ['annotation[age] > 29', 'annotation["age"] > 29'],
    ['!annotation.age', '!(annotation["age"])'],
    ['http.url BEGINSWITH "http://api/" AND !service("api")', '(http.url beginswith "http://api/" AND !(service("api")))'],
    [
      'service("a") { fault = true OR responsetime > 2.5 } AND user = "x"',
      '(service("a") { (fault = true OR responsetime > 2.5) } AND user = "x")',
    ],
    ['service() { fault }', 'service() { fault }'],
    ['service(id(type: "AWS::Lambda::Function")) { error }', 'service(id(type: "AWS::Lambda::Function")) { error }'],
    ['service("data-plane") {root = true and fault = true}', 'service("data-plane") { (root = true AND fault = true) }'],
    ['edge("a", id(name: "b", type: "c")) { error }', 'edge("a", id(name: "b", type: "c")) { error }'],
  ])('reads AWS’s own example %s', (text, meaning) => {
    expect(print(parseFilter(text))).toBe(meaning);
  });

  it.each([
    ['', 'word is missing'],
    ['   ', 'word is missing'],
    ['fault AND', 'word is missing'],
    ['OR fault', 'or is not supported'],
    ['(fault', ') is missing'],
    ['fault)', 'unexpected )'],
    ['service("a") { fault', '} is missing'],
    ['service("a") { }', 'word is missing before }'],
    ['service("a") { service("b") }', 'within another'],
    ['service("a") { annotation.x = 1 }', 'annotations'],
    ['service(a)', 'string is missing before a'],
    ['service(id(account.id: "1"))', 'not account.id'],
    ['edge("a")', ', is missing'],
    ['http.url = unquoted', 'quotation marks'],
    ['http.url = 5', 'compared with a number'],
    ['responsetime = "5"', 'compared with a string'],
    ['responsetime CONTAINS 5', 'no operator for a number'],
    ['fault > true', 'no operator for a boolean'],
    ['duration BETWEEN 1 AND 2', 'between is not supported'],
    ['name = "a"', 'name is not supported here'],
    ['group.name = "a"', 'group.name is not supported'],
    ['rootcause.fault.service { name = "Auth" }', 'not supported'],
    ['hasOwnProperty', 'not supported'],
    ['no.such = 1', 'not supported'],
    ["http.url = 'a'", 'position 10'],
    ['http.url = "a', "can't be read"],
    ['duration > 1.2.3', "can't be read"],
  ])('refuses %s', (text, why) => {
    expect(() => parseFilter(text)).toThrow(
      expect.objectContaining({ code: 'InvalidRequestException', message: expect.stringContaining(why) }),
    );
  });
});

it.each([
  ['parentheses', '('.repeat(200), 'nested'],
  ['negations', '!'.repeat(200), 'nested'],
  ['words', 'fault '.repeat(1000), 'longer than'],
])('refuses too many %s', (_of, text, why) => {
  expect(() => parseFilter(text)).toThrow(why);
});

describe('parseSelector', () => {
  it('takes a service, an id and an edge', () => {
    expect(parseSelector('id(name: "a", type: "b")')).toEqual({ kind: 'service', of: { name: 'a', type: 'b' }, filter: null });
    expect(parseSelector('service("a")')).toEqual({ kind: 'service', of: { name: 'a' }, filter: null });
    expect(parseSelector('edge("a", "b")')).toEqual({ kind: 'edge', from: { name: 'a' }, to: { name: 'b' }, filter: null });
  });

  it.each(['fault', 'service("a") { fault }', 'service("a") OR service("b")', 'service()', ''])('refuses %s', (text) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'InvalidRequestException' }));
  });
});
