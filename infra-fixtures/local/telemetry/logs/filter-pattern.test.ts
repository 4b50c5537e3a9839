import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../service.ts';
import { parseFilterPattern } from './filter-pattern.ts';

const finds = (pattern: string, message: string): boolean => parseFilterPattern(pattern)(message);

describe('terms', () => {
  it.each([
    ['', 'anything', true],
    ['ERROR', '[ERROR 400] bad request', true],
    ['ERROR', 'error', false],
    ['ERROR WARN', 'WARN then ERROR', true],
    ['ERROR WARN', 'ERROR', false],
    ['"bad request"', 'a bad request', true],
    ['"bad request"', 'bad, request', false],
    ['"say \\"hi\\""', 'they say "hi"', true],
    ['?ERROR ?WARN', 'WARN', true],
    ['?ERROR ?WARN', 'INFO', false],
    ['ERROR -ARGUMENTS', 'ERROR of mine', true],
    ['ERROR -ARGUMENTS', 'ERROR in ARGUMENTS', false],
    ['-"not this"', 'but that', true],
    ['?ERROR WARN', 'WARN only', true],
    ['?ERROR WARN', 'ERROR only', false],
  ])('%s in "%s": %s', (pattern, message, found) => expect(finds(pattern, message)).toBe(found));

  it('finds a quoted text where it is, and nowhere else', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (term, message) => {
        const quoted = `"${term.replace(/["\\]/g, '\\$&')}"`;
        expect(finds(quoted, message)).toBe(message.includes(term));
        expect(finds(`-${quoted}`, message)).toBe(!message.includes(term));
      }),
    );
  });
});

describe('JSON patterns', () => {
  const message = JSON.stringify({
    level: 'ERROR',
    x: 3.5,
    ok: true,
    none: null,
    'dash-ed': 1,
    user: { name: 'ada lovelace', roles: ['admin', 'player'] },
  });
  it.each([
    ['{ $.level = "ERROR" }', true],
    ['{ $.level = ERROR }', true],
    ['{$.level="ERROR"&&$.x>3}', true],
    ['{ $.user.name = "ada lovelace" && $.user.roles[0] = admin && $.x != 4 }', true],
    ['{ $.user.name = "ada lovelace" && $.user.roles[0] = player && $.x != 4 }', false],
    ['{ $.level = "WARN" }', false],
    ['{ $.level != "WARN" }', true],
    ['{ $.missing != "WARN" }', false],
    ['{ $.x > 3 }', true],
    ['{ $.x > 3.5 }', false],
    ['{ $.x >= 3.5 && $.x <= 3.5 }', true],
    ['{ $.x = 3.5 }', true],
    ['{ $.x != 3.5 }', false],
    ['{ $.level > 3 }', false],
    ['{ $.user.roles[1] = "player" }', true],
    ['{ $.user.roles[0] = "player" }', false],
    ['{ $.dash-ed = 1 }', true],
  ])('%s: %s', (pattern, found) => expect(finds(pattern, message)).toBe(found));

  it('finds nothing in what is no JSON', () => {
    expect(finds('{ $.level != "x" }', 'level=ERROR')).toBe(false);
    expect(finds('{ $.level != "x" }', '{"level":')).toBe(false);
  });
});

it.each([
  '[ip, user, ...]',
  'foo-bar',
  '"not closed',
  '{ $.x > }',
  '{ $.x > three }',
  '{ $.x > "3" }',
  '{ $.x = 1',
  '{ $.x = 1 } tail',
  '{ x = 1 }',
  '{ ($.x = 1 }',
  '{ $.x IS MAYBE }',
  '{ $.x ~ 1 }',
  '{}',
  '{ $.x = 1 && }',
  '{ $.x = 1 &&',
  '{ $.x = 1 || $.x = 2 }',
  '{ $.level = "ERR*" }',
  '{ $.x IS NULL }',
  '{ $.x NOT EXISTS }',
  '{ $.x = %a% }',
  '%b[ae]d%',
])('refuses %s', (pattern) => {
  expect(() => parseFilterPattern(pattern)).toThrow(expect.objectContaining({ code: 'InvalidParameterException' }) as Error);
});

it('reads any text or refuses it, and is never at a loss', () => {
  const texts = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '(',
          ')',
          '$.a',
          '$',
          '=',
          '!=',
          '>',
          '&&',
          '||',
          '1',
          '"a"',
          '*',
          '-',
          '?',
          '%',
          ' ',
          'IS',
          'NULL',
          'NOT',
        ),
      )
      .map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, fc.string(), (pattern, message) => {
      try {
        expect(parseFilterPattern(pattern)(message)).toBeTypeOf('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(AwsError);
      }
    }),
    { numRuns: 500 },
  );
});
