import type { Scanner } from '../../scanner.ts';
import { type Accumulator, aggregates } from './aggregates.ts';
import { compareValues, numberOf, type Row, textOf, type Value } from './row.ts';

/** What an expression of a query is of a row. */
export type Expression = (row: Row) => Value;

/** A function of `stats` and what it is to add up. */
export interface Aggregation {
  /** The name by which the row that is made of a group finds the result. */
  name: string;
  value: Expression;
  start: () => Accumulator;
}

/**
 * One expression, as far as it goes. With `aggregations`, functions of `stats` may stand in it and are added there.
 *
 * @throws AwsError MalformedQueryException
 */
export const parseExpression = (scanner: Scanner, aggregations?: Aggregation[]): Expression =>
  new ExpressionParser(scanner, aggregations).or();

/** Guess: nobody nests deeper. */
const DEPTH_MAX = 50;
const REGEX = /\/((?:[^/\\\n]|\\.)+)\//y;
const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};
const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html : the periods of bin(); months and longer are not here. */
const PERIODS_MS: readonly [names: RegExp, ms: number][] = [
  [/^(ms|msec|milliseconds?)$/i, 1],
  [/^(s|secs?|seconds?)$/i, 1000],
  [/^(m|mins?|minutes?)$/i, 60_000],
  [/^(h|hrs?|hours?)$/i, 3_600_000],
  [/^(d|days?)$/i, 86_400_000],
  [/^(w|weeks?)$/i, 604_800_000],
];

/** By falling precedence downwards: or, and, not, comparison, sum, product, power, sign, and what stands for itself. */
class ExpressionParser {
  readonly #scanner: Scanner;
  readonly #aggregations: Aggregation[] | undefined;
  #depth = 0;

  constructor(scanner: Scanner, aggregations: Aggregation[] | undefined) {
    this.#scanner = scanner;
    this.#aggregations = aggregations;
  }

  or(): Expression {
    if (++this.#depth > DEPTH_MAX) throw this.#scanner.unexpected();
    let left = this.#and();
    while (this.#scanner.takeWord('or')) {
      const [before, after] = [left, this.#and()];
      left = (row) => truthOf(before(row)) || truthOf(after(row));
    }
    this.#depth--;
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#scanner.takeWord('and')) {
      const [before, after] = [left, this.#not()];
      left = (row) => truthOf(before(row)) && truthOf(after(row));
    }
    return left;
  }

  #not(): Expression {
    let negated = false;
    while (this.#scanner.takeWord('not')) negated = !negated;
    return negatedIf(negated, this.#comparison());
  }

  #comparison(): Expression {
    const scanner = this.#scanner;
    const left = this.#sum();
    const negated = scanner.takeWord('not');
    if (scanner.takeWord('like')) return negatedIf(negated, this.#like(left));
    if (scanner.takeWord('in')) return negatedIf(negated, this.#in(left));
    if (negated) throw scanner.unexpected();
    if (scanner.take('!=')) return negatedIf(true, comparison(left, '=', this.#sum()));
    const operator = Object.keys(COMPARISONS).find((symbol) => scanner.take(symbol));
    return operator === undefined ? left : comparison(left, operator, this.#sum());
  }

  /** A regex is searched for, a text is to be contained. */
  #like(left: Expression): Expression {
    const regex = this.#scanner.isSymbol('/') ? this.#regex() : null;
    const part = regex === null ? this.#scanner.next('string').text : '';
    return (row) => {
      const value = left(row);
      return value !== undefined && (regex === null ? textOf(value).includes(part) : regex.test(textOf(value)));
    };
  }

  #regex(): RegExp {
    const { start } = this.#scanner.peek();
    REGEX.lastIndex = start;
    const source = REGEX.exec(this.#scanner.query)?.[1];
    if (source === undefined) throw this.#scanner.unexpected();
    this.#scanner.goOn(REGEX.lastIndex);
    try {
      return source.startsWith('(?i)') ? new RegExp(source.slice('(?i)'.length), 'i') : new RegExp(source);
    } catch {
      throw this.#scanner.malformed(start, REGEX.lastIndex, `invalid regular expression ${source}`);
    }
  }

  #in(left: Expression): Expression {
    this.#scanner.expect('[');
    const tests = this.#scanner.list(() => comparison(left, '=', this.#sum()));
    this.#scanner.expect(']');
    return (row) => tests.some((test) => truthOf(test(row)));
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#power()));
  }

  #chain(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((symbol) => this.#scanner.take(symbol));
      if (operator === undefined) return left;
      left = arithmetic(left, operator, operand());
    }
  }

  /** Of a power of a power AWS doesn't say how it is read: it is refused. */
  #power(): Expression {
    const base = this.#sign();
    return this.#scanner.take('^') ? arithmetic(base, '^', this.#sign()) : base;
  }

  #sign(): Expression {
    let negative = false;
    while (this.#scanner.take('-')) negative = !negative;
    const value = this.#primary();
    return negative ? arithmetic(() => 0, '-', value) : value;
  }

  #primary(): Expression {
    const scanner = this.#scanner;
    if (scanner.take('(')) {
      const inner = this.or();
      scanner.expect(')');
      return inner;
    }
    const token = scanner.next('number', 'string', 'name', 'quotedName');
    const { kind, text } = token;
    if (kind === 'number') return () => Number(text);
    if (kind === 'string') return () => text;
    if (kind === 'name' && scanner.isSymbol('(')) {
      const call = this.#call(text.toLowerCase(), () => scanner.unexpected(token));
      scanner.expect(')');
      return call;
    }
    if (kind === 'name' && /^(true|false)$/i.test(text)) return () => text.toLowerCase() === 'true';
    return (row) => row.get(text);
  }

  /** What stands before the closing parenthesis. @param misplaced for a function of stats where there is none */
  #call(name: string, misplaced: () => Error): Expression {
    const open = this.#scanner.next();
    if (name === 'bin') return this.#bin();
    if (name === 'ispresent') {
      const value = this.or();
      return (row) => value(row) !== undefined;
    }
    const start = aggregates.get(name);
    // AWS finds the parenthesis unexpected after a name that is no function's.
    if (start === undefined) throw this.#scanner.unexpected(open);
    const aggregations = this.#aggregations;
    if (aggregations === undefined) throw misplaced();
    const everything = name === 'count' && (this.#scanner.take('*') || this.#scanner.isSymbol(')'));
    // What is added up is of the events: no function of stats within another.
    const value = everything ? () => 1 : parseExpression(this.#scanner);
    const argument = name === 'pct' ? this.#percent() : 0;
    // A name that no query can write.
    const result = ` ${aggregations.length}`;
    aggregations.push({ name: result, value, start: () => start(argument) });
    return (row) => row.get(result);
  }

  #bin(): Expression {
    const [count, unit] = [this.#scanner.next('number'), this.#scanner.next()];
    const periodMs = Number(count.text) * (PERIODS_MS.find(([names]) => names.test(unit.text))?.[1] ?? Number.NaN);
    if (!(periodMs >= 1)) throw this.#scanner.unexpected(unit);
    return (row) => {
      const ms = numberOf(row.get('@timestamp'));
      return Number.isNaN(ms) ? undefined : new Date(Math.floor(ms / periodMs) * periodMs);
    };
  }

  #percent(): number {
    this.#scanner.expect(',');
    const token = this.#scanner.next('number');
    if (Number(token.text) > 100) throw this.#scanner.unexpected(token);
    return Number(token.text);
  }
}

const negatedIf = (negated: boolean, inner: Expression): Expression => (negated ? (row) => !truthOf(inner(row)) : inner);

export const truthOf = (value: Value): boolean =>
  value !== undefined && value !== false && value !== 0 && value !== 'false' && value !== '';

/** With a field that isn't there nothing compares: `=` is false of it, and so `!=`, which is its negation, is true. Guess for `!=`. */
const comparison = (left: Expression, operator: string, right: Expression): Expression => {
  const holds = COMPARISONS[operator];
  return (row) => {
    const [a, b] = [left(row), right(row)];
    return a !== undefined && b !== undefined && (holds?.(compareValues(a, b)) ?? false);
  };
};

/** Of what is no number, and of a division by zero, nothing comes. */
const arithmetic = (left: Expression, operator: string, right: Expression): Expression => {
  const compute = ARITHMETIC[operator];
  return (row) => {
    const result = compute?.(numberOf(left(row)), numberOf(right(row)));
    return Number.isFinite(result) ? result : undefined;
  };
};
