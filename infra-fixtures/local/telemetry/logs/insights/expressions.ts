import type { AwsError } from '../../service.ts';
import { aggregates, functions } from './functions.ts';
import type { Aggregation } from './parser.ts';
import { compareValues, numberOf, type Row, textOf, type Value } from './row.ts';
import type { Token, Tokens } from './tokens.ts';

/** What an expression of a query is of a row. */
export type Expression = (row: Row) => Value;

/**
 * One expression, as far as it goes. With `aggregations`, functions of `stats` may stand in it and are added there.
 *
 * @throws AwsError MalformedQueryException
 */
export const parseExpression = (tokens: Tokens, aggregations?: Aggregation[]): Expression =>
  new ExpressionParser(tokens, aggregations).or();

/** Guess: nobody nests deeper. */
const DEPTH_MAX = 50;
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
const PERIODS_MS: readonly [names: readonly string[], ms: number][] = [
  [['ms', 'msec', 'millisecond', 'milliseconds'], 1],
  [['s', 'sec', 'secs', 'second', 'seconds'], 1000],
  [['m', 'min', 'mins', 'minute', 'minutes'], 60_000],
  [['h', 'hr', 'hrs', 'hour', 'hours'], 3_600_000],
  [['d', 'day', 'days'], 86_400_000],
  [['w', 'week', 'weeks'], 604_800_000],
];

/** By falling precedence downwards: or, and, not, comparison, sum, product, power, sign, and what stands for itself. */
class ExpressionParser {
  readonly #tokens: Tokens;
  readonly #aggregations: Aggregation[] | undefined;
  #depth = 0;

  constructor(tokens: Tokens, aggregations: Aggregation[] | undefined) {
    this.#tokens = tokens;
    this.#aggregations = aggregations;
  }

  or(): Expression {
    if (++this.#depth > DEPTH_MAX) throw this.#tokens.unexpected();
    const any = [this.#and()];
    while (this.#takeWord('or')) any.push(this.#and());
    this.#depth--;
    return alone(any) ?? ((row) => any.some((expression) => truthOf(expression(row))));
  }

  #and(): Expression {
    const all = [this.#not()];
    while (this.#takeWord('and')) all.push(this.#not());
    return alone(all) ?? ((row) => all.every((expression) => truthOf(expression(row))));
  }

  #not(): Expression {
    let negated = false;
    while (this.#takeWord('not')) negated = !negated;
    const inner = this.#comparison();
    return negated ? (row) => !truthOf(inner(row)) : inner;
  }

  #comparison(): Expression {
    const left = this.#sum();
    const negated = this.#takeWord('not');
    if (this.#takeWord('like') || (!negated && this.#takeSymbol('=~'))) return negatedIf(negated, this.#like(left));
    if (this.#takeWord('in')) return negatedIf(negated, this.#in(left));
    if (negated) throw this.#tokens.unexpected();
    if (this.#takeSymbol('!=')) return negatedIf(true, comparison(left, '=', this.#sum()));
    const operator = Object.keys(COMPARISONS).find((symbol) => this.#takeSymbol(symbol));
    return operator === undefined ? left : comparison(left, operator, this.#sum());
  }

  /** A regex is searched for, a text is to be contained. */
  #like(left: Expression): Expression {
    const regex = this.#tokens.regex();
    if (regex !== null) return (row) => matches(left(row), (text) => regex.test(text));
    const { kind, text: part } = this.#tokens.peek();
    if (kind !== 'string') throw this.#tokens.unexpected();
    this.#tokens.next();
    return (row) => matches(left(row), (text) => text.includes(part));
  }

  #in(left: Expression): Expression {
    this.#expect('[');
    const options = [this.#sum()];
    while (this.#takeSymbol(',')) options.push(this.#sum());
    this.#expect(']');
    const tests = options.map((option) => comparison(left, '=', option));
    return (row) => tests.some((test) => truthOf(test(row)));
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#power()));
  }

  #chain(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((symbol) => this.#takeSymbol(symbol));
      if (operator === undefined) return left;
      left = arithmetic(left, operator, operand());
    }
  }

  #power(): Expression {
    const base = this.#sign();
    if (!this.#takeSymbol('^')) return base;
    const exponents = [this.#sign()];
    while (this.#takeSymbol('^')) exponents.push(this.#sign());
    return [base, ...exponents].reduceRight((right, left) => arithmetic(left, '^', right));
  }

  #sign(): Expression {
    let negative = false;
    while (this.#takeSymbol('-')) negative = !negative;
    const value = this.#primary();
    return negative ? arithmetic(() => 0, '-', value) : value;
  }

  #primary(): Expression {
    if (this.#takeSymbol('(')) {
      const inner = this.or();
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens.next();
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.kind === 'string') return constant(token.text);
    if (token.kind !== 'name' && token.kind !== 'quotedName') throw this.#tokens.unexpected(token);
    if (token.kind === 'name' && this.#isSymbol('(')) return this.#call(token);
    if (token.kind === 'name' && /^(true|false)$/i.test(token.text)) return constant(token.text.toLowerCase() === 'true');
    return (row) => row.get(token.text);
  }

  #call(name: Token): Expression {
    const known = name.text.toLowerCase();
    const open = this.#tokens.next();
    if (known === 'bin') return this.#bin((row) => row.get('@timestamp'));
    if (known === 'datefloor') {
      const time = this.or();
      this.#expect(',');
      return this.#bin(time);
    }
    if (Object.hasOwn(aggregates, known)) return this.#aggregate(known, name);
    const called = Object.hasOwn(functions, known) ? functions[known] : undefined;
    // AWS finds the parenthesis unexpected after a name that is no function's.
    if (called === undefined) throw this.#tokens.unexpected(open);
    const values = this.#isSymbol(')') ? [] : [this.or()];
    while (this.#takeSymbol(',')) values.push(this.or());
    if (values.length < called.min || values.length > called.max) throw this.#tokens.unexpected();
    this.#expect(')');
    return (row) => called.call(...values.map((value) => value(row)));
  }

  #bin(time: Expression): Expression {
    const [count, unit] = [this.#tokens.next(), this.#tokens.next()];
    const unitMs = PERIODS_MS.find(([names]) => names.includes(unit.text.toLowerCase()))?.[1];
    const periodMs = Number(count.text) * (unitMs ?? Number.NaN);
    if (count.kind !== 'number' || !(periodMs >= 1)) throw this.#tokens.unexpected(unit);
    this.#expect(')');
    return (row) => {
      const ms = numberOf(time(row));
      return Number.isNaN(ms) ? undefined : new Date(Math.floor(ms / periodMs) * periodMs);
    };
  }

  #aggregate(name: string, token: Token): Expression {
    const aggregations = this.#aggregations;
    const start = aggregates[name];
    if (aggregations === undefined || start === undefined) throw this.#tokens.unexpected(token);
    const everything = name === 'count' && (this.#takeSymbol('*') || this.#isSymbol(')'));
    // What is added up is of the events: no function of stats within another.
    const value = everything ? constant(1) : parseExpression(this.#tokens);
    const argument = name === 'pct' ? this.#percent() : 0;
    this.#expect(')');
    // A name that no query can write.
    const result = ` ${aggregations.length}`;
    aggregations.push({ name: result, value, start: () => start(argument) });
    return (row) => row.get(result);
  }

  #percent(): number {
    this.#expect(',');
    const token = this.#tokens.next();
    const percent = Number(token.text);
    if (token.kind !== 'number' || percent > 100) throw this.#tokens.unexpected(token);
    return percent;
  }

  #isSymbol(text: string): boolean {
    const next = this.#tokens.peek();
    return next.kind === 'symbol' && next.text === text;
  }

  #takeSymbol(text: string): boolean {
    const found = this.#isSymbol(text);
    if (found) this.#tokens.next();
    return found;
  }

  #takeWord(word: string): boolean {
    const next = this.#tokens.peek();
    const found = next.kind === 'name' && next.text.toLowerCase() === word;
    if (found) this.#tokens.next();
    return found;
  }

  /** @throws AwsError */
  #expect(text: string): void {
    if (!this.#takeSymbol(text)) throw this.#tokens.unexpected() satisfies AwsError;
  }
}

const alone = (expressions: Expression[]): Expression | null => (expressions.length === 1 ? (expressions[0] ?? null) : null);
const constant =
  (value: Value): Expression =>
  () =>
    value;
const negatedIf = (negated: boolean, inner: Expression): Expression => (negated ? (row) => !truthOf(inner(row)) : inner);

export const truthOf = (value: Value): boolean =>
  value !== undefined && value !== false && value !== 0 && value !== 'false' && value !== '';

const matches = (value: Value, test: (text: string) => boolean): boolean => value !== undefined && test(textOf(value));

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
