import { AwsError } from '../service.ts';
import { globSource } from './glob.ts';
import { valueAt } from './json-path.ts';

/** Whether a pattern finds the message. */
export type MessageTest = (message: string) => boolean;

const refused = (why: string): AwsError => new AwsError('InvalidParameterException', `Invalid filter pattern: ${why}`);

/**
 * FilterLogEvents' own language: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms, `"quoted"`, `?optional`, `-excluded`, `%regex%`, and JSON patterns in braces. Patterns of space-delimited fields, `[a, b]`, are refused.
 *
 * @throws AwsError InvalidParameterException
 */
export const parseFilterPattern = (pattern: string): MessageTest => {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('[')) throw refused('space-delimited patterns are not supported by this endpoint');
  return text.startsWith('{') ? jsonTest(text) : termsTest(text);
};

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))(?=\s|$)/y;

const termsTest = (text: string): MessageTest => {
  const required: MessageTest[] = [];
  const optional: MessageTest[] = [];
  const excluded: MessageTest[] = [];
  for (let at = 0; at < text.length; at = TERM.lastIndex) {
    TERM.lastIndex = at;
    const match = TERM.exec(text);
    if (match === null) throw refused(`nothing that can be read at "${text.slice(at).trim()}"`);
    const [, sign, quoted, regex, bare] = match;
    // As on AWS, a bare term is a word.
    if (bare !== undefined && !/^\w+$/.test(bare))
      throw new AwsError('InvalidParameterException', `Invalid character(s) in term '${bare}'`);
    const test = regex === undefined ? contains(bare ?? unescaped(quoted ?? '')) : regexTest(regex);
    (sign === '?' ? optional : sign === '-' ? excluded : required).push(test);
  }
  // "?" counts only where nothing is required or excluded; AWS ignores it otherwise.
  if (required.length === 0 && excluded.length === 0) return (message) => optional.some((test) => test(message));
  return (message) => required.every((test) => test(message)) && !excluded.some((test) => test(message));
};

const contains =
  (term: string): MessageTest =>
  (message) =>
    message.includes(term);

const regexTest = (source: string): MessageTest => {
  try {
    const regex = new RegExp(source);
    return (message) => regex.test(message);
  } catch {
    throw refused(`%${source}% is no regular expression`);
  }
};

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

/** A condition on the JSON value of a message. */
type Condition = (json: object) => boolean;

const jsonTest = (text: string): MessageTest => {
  const condition = new JsonPatternParser(text).parse();
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return condition(JSON.parse(message) as object);
    } catch {
      return false;
    }
  };
};

/** Quoted, a regex, a selector, an operator, or a bare value with its wildcards. */
const JSON_TOKEN = /\s*("(?:[^"\\]|\\.)*"|%[^%]+%|\$(?:\.[\w-]+|\[(?:\d+|"[^"]+")\])+|&&|\|\||!=|<=|>=|[{}()=<>]|[^\s{}()=<>!&|"]+)/y;

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
/** Guess: nobody nests deeper. */
const DEPTH_MAX = 50;

/** `{ or }`; or: and (`||` and)*; and: primary (`&&` primary)*; primary: `( or )` or one comparison. */
class JsonPatternParser {
  readonly #tokens: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    for (let at = 0; at < text.length; at = JSON_TOKEN.lastIndex) {
      JSON_TOKEN.lastIndex = at;
      const match = JSON_TOKEN.exec(text);
      if (match === null) throw refused(`nothing that can be read at "${text.slice(at).trim()}"`);
      this.#tokens.push(match[1] ?? '');
    }
  }

  parse(): Condition {
    this.#expect('{');
    const condition = this.#or();
    this.#expect('}');
    if (this.#at < this.#tokens.length) throw refused(`"${this.#tokens[this.#at]}" after the closing brace`);
    return condition;
  }

  #or(): Condition {
    const any = [this.#and()];
    while (this.#take('||')) any.push(this.#and());
    return (json) => any.some((condition) => condition(json));
  }

  #and(): Condition {
    const all = [this.#primary()];
    while (this.#take('&&')) all.push(this.#primary());
    return (json) => all.every((condition) => condition(json));
  }

  #primary(): Condition {
    if (!this.#take('(')) return this.#comparison();
    if (++this.#depth > DEPTH_MAX) throw refused('too many parentheses');
    const inner = this.#or();
    this.#expect(')');
    this.#depth--;
    return inner;
  }

  #comparison(): Condition {
    const selector = this.#next();
    if (!selector.startsWith('$')) throw refused(`"${selector}" where a selector such as $.level is expected`);
    const path = selector
      .slice(1)
      .replace(/\[(\d+)\]/g, '.$1')
      .replace(/\["([^"]+)"\]/g, '.$1')
      .slice(1);
    const operator = this.#next();
    if (operator.toUpperCase() === 'NOT') {
      this.#expect('EXISTS');
      return (json) => valueAt(json, path) === undefined;
    }
    if (operator.toUpperCase() === 'IS') return isTest(path, this.#next().toUpperCase());
    const value = this.#next();
    const compare = COMPARISONS[operator];
    if (compare !== undefined) return orderTest(path, compare, value);
    if (operator !== '=' && operator !== '!=') throw refused(`unknown operator "${operator}"`);
    const equal = equalTest(value);
    // Guess: what a message doesn't have is not unlike anything either, as the documentation's "NOT EXISTS" suggests.
    return (json) => {
      const found = valueAt(json, path);
      return found !== undefined && equal(found) === (operator === '=');
    };
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw refused('it ends too early');
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found.toUpperCase() !== token) throw refused(`"${found}" where ${token} is expected`);
  }
}

const isTest = (path: string, what: string): Condition => {
  const value = { NULL: null, TRUE: true, FALSE: false }[what];
  if (value === undefined) throw refused(`IS ${what}`);
  return (json) => valueAt(json, path) === value;
};

const orderTest = (path: string, compare: (a: number, b: number) => boolean, text: string): Condition => {
  const limit = Number(text);
  if (text.startsWith('"') || Number.isNaN(limit)) throw refused(`"${text}" is no number`);
  return (json) => {
    const found = valueAt(json, path);
    return typeof found === 'number' && compare(found, limit);
  };
};

/** Numbers equal numbers; texts match texts with `*` for anything. */
const equalTest = (text: string): ((found: unknown) => boolean) => {
  if (text.startsWith('%')) {
    const test = regexTest(text.slice(1, -1));
    return (found) => typeof found === 'string' && test(found);
  }
  const quoted = text.startsWith('"');
  const wanted = quoted ? unescaped(text.slice(1, -1)) : text;
  const number = quoted ? Number.NaN : Number(wanted);
  const regex = new RegExp(`^${globSource(wanted, '[\\s\\S]*')}$`);
  return (found) => (typeof found === 'number' ? found === number : typeof found === 'string' && regex.test(found));
};
