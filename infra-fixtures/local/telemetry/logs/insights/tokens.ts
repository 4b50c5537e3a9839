import { AwsError } from '../../service.ts';

export interface Token {
  kind: 'number' | 'string' | 'name' | 'quotedName' | 'symbol' | 'end';
  /** What it means: a string without its quotes, a name without its backticks. */
  text: string;
  start: number;
  end: number;
}

const BLANK = /(?:\s|#[^\n]*)*/y;
const TOKEN =
  /(?<number>\d+(?:\.\d+)?)|(?<string>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(?<quotedName>`[^`]+`)|(?<name>[@A-Za-z_][\w.@]*)|(?<symbol>!=|<=|>=|=~|[|,()[\]=<>+\-*/^%])/y;
const REGEX = /\/((?:[^/\\\n]|\\.)+)\//y;

/** A query's tokens, one ahead. A regular expression is read only where the parser expects one: elsewhere its slash divides. */
export class Tokens {
  readonly #query: string;
  #at = 0;
  #ahead: Token | null = null;
  /** Where the last token that was taken ends. */
  end = 0;

  constructor(query: string) {
    this.#query = query;
  }

  peek(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  next(): Token {
    const token = this.peek();
    this.#ahead = null;
    this.#at = token.end;
    this.end = token.end;
    return token;
  }

  /** The regular expression that comes next, as JavaScript's; null when something else does. @throws AwsError when it is none */
  regex(): RegExp | null {
    const { text, start, kind } = this.peek();
    if (kind !== 'symbol' || text !== '/') return null;
    REGEX.lastIndex = start;
    const source = REGEX.exec(this.#query)?.[1];
    if (source === undefined) throw this.unexpected();
    this.#ahead = null;
    this.#at = REGEX.lastIndex;
    this.end = this.#at;
    const caseless = source.startsWith('(?i)');
    try {
      return new RegExp(caseless ? source.slice('(?i)'.length) : source, caseless ? 'i' : '');
    } catch {
      throw malformed(this.#query, start, this.#at, `invalid regular expression ${source}`);
    }
  }

  slice(start: number, end: number): string {
    return this.#query.slice(start, end).trim();
  }

  unexpected(token: Token = this.peek()): AwsError {
    const found = token.kind === 'end' ? 'end of query' : this.#query.slice(token.start, token.end);
    return malformed(this.#query, token.start, token.end, `unexpected symbol found ${found}`);
  }

  #read(): Token {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#query);
    const start = BLANK.lastIndex;
    if (start >= this.#query.length) return { kind: 'end', text: '', start, end: start };
    TOKEN.lastIndex = start;
    const groups = TOKEN.exec(this.#query)?.groups;
    const [kind, text] = Object.entries(groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || text === undefined) {
      throw malformed(this.#query, start, start + 1, `unexpected symbol found ${this.#query[start]}`);
    }
    return { kind: kind as Token['kind'], text: meaning(kind, text), start, end: TOKEN.lastIndex };
  }
}

const meaning = (kind: string, text: string): string => {
  if (kind === 'quotedName') return text.slice(1, -1);
  return kind === 'string' ? text.slice(1, -1).replace(/\\(["'\\])/g, '$1') : text;
};

/** In AWS's words, as they are seen in reports of it: "unexpected symbol found ( at line 1 and position 24". */
const malformed = (query: string, start: number, end: number, what: string): AwsError => {
  const before = query.slice(0, start).split('\n');
  const message = `${what} at line ${before.length} and position ${(before.at(-1) ?? '').length + 1}`;
  const queryCompileError = { location: { startCharOffset: start, endCharOffset: end }, message };
  return new AwsError('MalformedQueryException', message, 400, { queryCompileError });
};
