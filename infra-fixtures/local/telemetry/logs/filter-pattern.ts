import { AwsError } from '../service.ts';
import { valueAt } from './json-path.ts';

/** Whether a pattern finds the message. */
export type MessageTest = (message: string) => boolean;

const refused = (why: string): AwsError => new AwsError('InvalidParameterException', `Invalid filter pattern: ${why}`);

/**
 * FilterLogEvents' own language: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Of it terms, `"quoted"`, `?optional`, `-excluded`, and `{ $.member = "value" && … }`. All else is refused: regular expressions, space-delimited fields,
 * wildcards, and conditions that are no comparison or joined by another operator than `&&`.
 *
 * @throws AwsError InvalidParameterException
 */
export const parseFilterPattern = (pattern: string): MessageTest => {
  const text = pattern.trim();
  return text.startsWith('{') ? jsonTest(text) : termsTest(text);
};

/** As on AWS, a term without quotes is a word. */
const TERM = /\s*([?-]?)("(?:[^"\\]|\\.)*"|\w+)(?=\s|$)/y;

const termsTest = (text: string): MessageTest => {
  const [required, optional, excluded]: [string[], string[], string[]] = [[], [], []];
  for (let at = 0; at < text.length; at = TERM.lastIndex) {
    TERM.lastIndex = at;
    const [, sign, term] = TERM.exec(text) ?? [];
    if (term === undefined) throw refused(`"${text.slice(at).trim()}" is not supported by this endpoint`);
    (sign === '?' ? optional : sign === '-' ? excluded : required).push(unquoted(term));
  }
  // "?" counts only where nothing is required or excluded; AWS ignores it otherwise.
  const either = required.length + excluded.length === 0 ? optional : [];
  return (message) => {
    const contains = (term: string): boolean => message.includes(term);
    return required.every(contains) && !excluded.some(contains) && (either.length === 0 || either.some(contains));
  };
};

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

/** One comparison of a member, and what follows. A `*` would be a wildcard. */
const COMPARISON = /\s*\$\.([\w.[\]-]+)\s*(!=|<=|>=|=|<|>)\s*("(?:[^"\\*]|\\.)*"|[^\s{}()=<>!&|"*%]+)\s*(&&|\}$)/y;
const ORDERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const jsonTest = (text: string): MessageTest => {
  const conditions: ((json: unknown) => boolean)[] = [];
  for (let at = 1; at < text.length; at = COMPARISON.lastIndex) {
    COMPARISON.lastIndex = at;
    const [, path = '', operator = '', value = '', end] = COMPARISON.exec(text) ?? [];
    if (end === undefined || (end === '&&' && COMPARISON.lastIndex === text.length)) {
      throw refused(`"${text.slice(at).trim()}" is not supported by this endpoint`);
    }
    const holds = comparison(operator, value);
    const dotted = path.replace(/\[(\d+)\]/g, '.$1');
    conditions.push((json) => holds(valueAt(json, dotted)));
  }
  if (conditions.length === 0) throw refused('it has no condition');
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      const json: unknown = JSON.parse(message);
      return conditions.every((holds) => holds(json));
    } catch {
      return false;
    }
  };
};

/** Numbers equal numbers, and texts equal texts. Guess: what a message doesn't have is not unlike anything either. */
const comparison = (operator: string, text: string): ((found: unknown) => boolean) => {
  const wanted = unquoted(text);
  const number = text.startsWith('"') ? Number.NaN : Number(wanted);
  const order = ORDERS[operator];
  if (order === undefined) {
    return (found) => found !== undefined && (found === (typeof found === 'number' ? number : wanted)) === (operator === '=');
  }
  if (Number.isNaN(number)) throw refused(`"${text}" is no number`);
  return (found) => typeof found === 'number' && order(found, number);
};
