import { AwsError } from './service.ts';

export interface Token {
  kind: 'number' | 'string' | 'name' | 'quotedName' | 'symbol' | 'end' | 'bad';
  /** What it means: a string without its quotes, a name without its backticks. */
  text: string;
  start: number;
  end: number;
}

/**
 * The tokens of a query, one ahead, and what parsers do with them.
 *
 * @param pattern sticky, with a named group for each kind that there is; what stands before the group is left out
 */
export class Scanner {
  readonly query: string;
  readonly #pattern: RegExp;
  #ahead: Token | null = null;
  /** Where the last token that was taken ends. */
  end = 0;

  constructor(query: string, pattern: RegExp) {
    this.query = query;
    this.#pattern = pattern;
  }

  peek(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  next(...kinds: readonly Token['kind'][]): Token {
    const token = this.peek();
    if (kinds.length > 0 && !kinds.includes(token.kind)) throw this.unexpected(token);
    this.goOn(token.end);
    return token;
  }

  /** Reads on from there. */
  goOn(at: number): void {
    this.#ahead = null;
    this.end = at;
  }

  isSymbol(text: string): boolean {
    const { kind, text: next } = this.peek();
    return kind === 'symbol' && next === text;
  }

  take(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.next();
    return found;
  }

  takeWord(word: string): boolean {
    const { kind, text } = this.peek();
    const found = kind === 'name' && text.toLowerCase() === word;
    if (found) this.next();
    return found;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw this.unexpected();
  }

  /** One or more, with commas between. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.take(',')) items.push(item());
    return items;
  }

  unexpected(token: Token = this.peek()): AwsError {
    const found = token.kind === 'end' ? 'end of query' : this.query.slice(token.start, token.end);
    return this.malformed(token.start, token.end, `unexpected symbol found ${found}`);
  }

  /** In Logs Insights' words, as they are seen in reports of it: "unexpected symbol found ( at line 1 and position 24". */
  malformed(start: number, end: number, what: string): AwsError {
    const before = this.query.slice(0, start).split('\n');
    const message = `${what} at line ${before.length} and position ${(before.at(-1) ?? '').length + 1}`;
    return new AwsError('MalformedQueryException', message, 400, {
      queryCompileError: { location: { startCharOffset: start, endCharOffset: end }, message },
    });
  }

  #read(): Token {
    this.#pattern.lastIndex = this.end;
    const groups = this.#pattern.exec(this.query)?.groups ?? {};
    const [kind, raw] = Object.entries(groups).find(([, value]) => value !== undefined) ?? ['end', ''];
    const end = this.#pattern.lastIndex;
    return { kind: kind as Token['kind'], text: meaning(kind, raw), start: end - raw.length, end };
  }
}

const meaning = (kind: string, raw: string): string => {
  if (kind === 'quotedName') return raw.slice(1, -1);
  return kind === 'string' ? raw.slice(1, -1).replace(/\\(["'\\])/g, '$1') : raw;
};
