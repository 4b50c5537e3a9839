import { AwsError } from '../service.ts';

/**
 * X-Ray's filter expressions: https://docs.aws.amazon.com/xray/latest/devguide/aws-xray-interface-console.html#xray-console-filters . What can't be read is
 * refused; so are groups and root causes, which this endpoint doesn't evaluate.
 */
export type Filter =
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; of: Filter }
  /** A boolean that is true, or any other keyword that is set. */
  | { kind: 'is'; keyword: Keyword }
  | { kind: 'compare'; keyword: Keyword; operator: Operator; value: Value }
  | { kind: 'service'; of: Selector; filter: Filter | null }
  | { kind: 'edge'; from: Selector; to: Selector; filter: Filter | null };

export type Value = boolean | number | string;
/** In small letters; with a key only `annotation`. */
export interface Keyword {
  name: string;
  key?: string;
}
/** A node by what is given of it. */
export interface Selector {
  name?: string;
  type?: string;
}
export type Operator = (typeof OPERATORS)[keyof typeof OPERATORS][number];

const OPERATORS = {
  boolean: ['=', '!='],
  number: ['=', '!=', '<', '<=', '>', '>='],
  string: ['=', '!=', 'contains', 'beginswith', 'endswith'],
} as const;
type Kind = keyof typeof OPERATORS;

const KEYWORDS: Readonly<Record<string, Kind>> = {
  ok: 'boolean',
  error: 'boolean',
  throttle: 'boolean',
  fault: 'boolean',
  partial: 'boolean',
  responsetime: 'number',
  duration: 'number',
  'http.status': 'number',
  'http.url': 'string',
  'http.method': 'string',
  'http.useragent': 'string',
  'http.clientip': 'string',
  user: 'string',
  availabilityzone: 'string',
  'instance.id': 'string',
  'resource.arn': 'string',
};
/** What only a service or an edge has. */
const SCOPED_KEYWORDS: Readonly<Record<string, Kind>> = {
  root: 'boolean',
  inferred: 'boolean',
  remote: 'boolean',
  name: 'string',
  type: 'string',
};

/** Guesses, that no input takes long or overflows the stack: tune. */
const LENGTH_MAX = 4096;
const DEPTH_MAX = 100;

const refuse = (why: string): never => {
  throw new AwsError('InvalidRequestException', `Invalid filter expression: ${why}`);
};

/** @throws AwsError InvalidRequestException where it isn't an expression that can be evaluated */
export const parseFilter = (text: string): Filter => {
  const parser = new Parser(text);
  const filter = parser.any();
  parser.end();
  return filter;
};

/** `service(…)`, `edge(…)` or `id(…)`, as an entity selector has it. @throws AwsError InvalidRequestException */
export const parseSelector = (text: string): Filter => {
  const parser = new Parser(text);
  const selector = parser.entity();
  parser.end();
  return selector;
};

interface Token {
  type: 'string' | 'number' | 'word' | 'symbol';
  /** Of a string what is between its quotes. */
  text: string;
}

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])|([a-z_][\w.]*)|(!=|<=|>=|[(){}[\],:=<>!]))/iy;

const tokensOf = (text: string): Token[] => {
  if (text.length > LENGTH_MAX) refuse(`it is longer than ${LENGTH_MAX} characters`);
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const [whole, quoted, number, word, symbol] = TOKEN.exec(text) ?? [];
    if (whole === undefined) refuse(`it can't be read from position ${at}`);
    if (quoted !== undefined) tokens.push({ type: 'string', text: quoted.replace(/\\(.)/gs, '$1') });
    else if (number !== undefined) tokens.push({ type: 'number', text: number });
    else if (word !== undefined) tokens.push({ type: 'word', text: word });
    else tokens.push({ type: 'symbol', text: symbol ?? '' });
  }
  return tokens;
};

class Parser {
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;
  /** Within the braces of a service or an edge. */
  #scoped = false;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  /** Alternatives, each of what is to hold together. */
  any(): Filter {
    let left = this.#all();
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#all() };
    return left;
  }

  end(): void {
    const token = this.#tokens[this.#next];
    if (token !== undefined) refuse(`unexpected ${token.text}`);
  }

  entity(): Filter {
    if (this.#takeWord('service')) return { kind: 'service', of: this.#parenthesized(() => this.#selector()), filter: null };
    if (this.#takeWord('edge')) return { kind: 'edge', ...this.#ends(), filter: null };
    return { kind: 'service', of: this.#selector(), filter: null };
  }

  /** `AND` may be left out: `ok !partial duration < 3`. */
  #all(): Filter {
    let left = this.#one();
    while (this.#takeWord('and') || this.#beginsOne()) left = { kind: 'and', left, right: this.#one() };
    return left;
  }

  #beginsOne(): boolean {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.type === 'string' || token.type === 'number') return false;
    return token.type === 'symbol' ? token.text === '(' || token.text === '!' : token.text.toLowerCase() !== 'or';
  }

  #one(): Filter {
    if (++this.#depth > DEPTH_MAX) refuse(`it is nested more than ${DEPTH_MAX} deep`);
    const filter = this.#unnested();
    this.#depth--;
    return filter;
  }

  #unnested(): Filter {
    if (this.#take('!') || this.#takeWord('not')) return { kind: 'not', of: this.#one() };
    if (this.#take('(')) {
      const filter = this.any();
      this.#expect(')');
      return filter;
    }
    if (this.#takeWord('service')) {
      return { kind: 'service', of: this.#parenthesized(() => (this.#peek(')') ? {} : this.#selector())), filter: this.#braces() };
    }
    if (this.#takeWord('edge')) return { kind: 'edge', ...this.#ends(), filter: this.#braces() };
    return this.#comparison();
  }

  #comparison(): Filter {
    const keyword = this.#keyword();
    const kind = this.#kindOf(keyword);
    const operator = this.#operator();
    if (operator === null) return { kind: 'is', keyword };
    const value = this.#value();
    const valueKind = typeof value as Kind;
    if (kind !== null && kind !== valueKind) refuse(`${keyword.name} is compared with a ${valueKind}`);
    const known: readonly string[] = OPERATORS[valueKind];
    if (!known.includes(operator)) refuse(`${operator} is no operator for a ${valueKind}`);
    return { kind: 'compare', keyword, operator: operator as Operator, value };
  }

  #keyword(): Keyword {
    const token = this.#word();
    const name = token.toLowerCase();
    if (name === 'annotation' && this.#take('[')) {
      const { text } = this.#token('string', 'word');
      this.#expect(']');
      return { name: 'annotation', key: text };
    }
    return name.startsWith('annotation.') ? { name: 'annotation', key: token.slice('annotation.'.length) } : { name };
  }

  /** Null: an annotation can be of any. */
  #kindOf({ name, key }: Keyword): Kind | null {
    if (key !== undefined) return this.#scoped ? refuse('annotations can not be asked for within a service or an edge') : null;
    if (Object.hasOwn(KEYWORDS, name)) return KEYWORDS[name] as Kind;
    if (this.#scoped && Object.hasOwn(SCOPED_KEYWORDS, name)) return SCOPED_KEYWORDS[name] as Kind;
    return refuse(`${name} is not supported here`);
  }

  #operator(): string | null {
    const token = this.#tokens[this.#next];
    const operator = token?.text.toLowerCase() ?? '';
    const isOne = token?.type !== 'string' && Object.values(OPERATORS).some((list: readonly string[]) => list.includes(operator));
    if (!isOne) return null;
    this.#next++;
    return operator;
  }

  #value(): Value {
    const { type, text } = this.#token('string', 'number', 'word');
    if (type === 'string') return text;
    if (type === 'number') return Number(text);
    const word = text.toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : refuse(`${text} needs quotation marks`);
  }

  #ends(): { from: Selector; to: Selector } {
    return this.#parenthesized(() => {
      const from = this.#selector();
      this.#expect(',');
      return { from, to: this.#selector() };
    });
  }

  /** `"name"` or `id(name: "…", type: "…")`. */
  #selector(): Selector {
    if (!this.#takeWord('id')) return { name: this.#token('string').text };
    return this.#parenthesized(() => {
      const selector: Selector = {};
      do {
        const field = this.#word().toLowerCase();
        if (field !== 'name' && field !== 'type') return refuse(`id takes a name and a type, not ${field}`);
        this.#expect(':');
        selector[field] = this.#token('string').text;
      } while (this.#take(','));
      return selector;
    });
  }

  #braces(): Filter | null {
    if (this.#scoped) refuse('a service or an edge within another');
    if (!this.#take('{')) return null;
    this.#scoped = true;
    const filter = this.any();
    this.#scoped = false;
    this.#expect('}');
    return filter;
  }

  #parenthesized<T>(read: () => T): T {
    this.#expect('(');
    const value = read();
    this.#expect(')');
    return value;
  }

  #token(...types: Token['type'][]): Token {
    const token = this.#tokens[this.#next++];
    return token !== undefined && types.includes(token.type)
      ? token
      : refuse(`a ${types[0]} is missing${token ? ` before ${token.text}` : ''}`);
  }

  #word(): string {
    return this.#token('word').text;
  }

  #peek(symbol: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.type === 'symbol' && token.text === symbol;
  }

  #take(symbol: string): boolean {
    if (!this.#peek(symbol)) return false;
    this.#next++;
    return true;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.type !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) refuse(`${symbol} is missing${this.#tokens[this.#next] ? ` before ${this.#tokens[this.#next]?.text}` : ''}`);
  }
}
