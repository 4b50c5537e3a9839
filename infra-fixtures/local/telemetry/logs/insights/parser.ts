import { globSource } from '../glob.ts';
import { type Expression, parseExpression } from './expressions.ts';
import type { Accumulator } from './functions.ts';
import type { Row } from './row.ts';
import { Tokens } from './tokens.ts';

export interface Named {
  name: string;
  value: Expression;
}
export interface SortKey {
  value: Expression;
  descending: boolean;
}
export interface Aggregation {
  /** The name by which the row that is made of a group finds the result. */
  name: string;
  value: Expression;
  start: () => Accumulator;
}

/** What a command does to the rows before it. */
export type Stage =
  | { kind: 'fields'; fields: Named[] }
  | { kind: 'display'; fields: Named[] }
  | { kind: 'filter'; condition: Expression }
  | { kind: 'parse'; names: string[]; set: (row: Row) => void }
  | { kind: 'stats'; aggregations: Aggregation[]; by: Named[]; results: Named[] }
  | { kind: 'sort'; keys: SortKey[] }
  | { kind: 'limit'; count: number }
  | { kind: 'dedup'; keys: Expression[] };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
const LIMIT_MAX = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
const STATS_MAX = 2;

/**
 * A Logs Insights query: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * Commands are fields, display, filter, parse, stats, sort, limit and dedup; another one is an error, as is all that can't be read to the end.
 *
 * @throws AwsError MalformedQueryException, with where it is
 */
export const parseQuery = (query: string): Stage[] => {
  const tokens = new Tokens(query);
  const stages: Stage[] = [];
  do {
    if (isSymbol(tokens, '|') && stages.length === 0) tokens.next();
    const command = tokens.next();
    const parse = command.kind === 'name' ? COMMANDS.get(command.text.toLowerCase()) : undefined;
    if (parse === undefined) throw tokens.unexpected(command);
    stages.push(parse(tokens));
    if (stages.filter(({ kind }) => kind === 'stats').length > STATS_MAX) throw tokens.unexpected(command);
  } while (take(tokens, '|'));
  if (tokens.peek().kind !== 'end') throw tokens.unexpected();
  return stages;
};

const COMMANDS: ReadonlyMap<string, (tokens: Tokens) => Stage> = new Map([
  ['fields', (tokens) => ({ kind: 'fields', fields: list(tokens, named) })],
  ['display', (tokens) => ({ kind: 'display', fields: list(tokens, named) })],
  ['filter', (tokens) => ({ kind: 'filter', condition: parseExpression(tokens) })],
  ['parse', (tokens) => parseCommand(tokens)],
  ['stats', (tokens) => statsCommand(tokens)],
  ['sort', (tokens) => ({ kind: 'sort', keys: list(tokens, sortKey) })],
  ['limit', (tokens) => ({ kind: 'limit', count: limitCount(tokens) })],
  ['dedup', (tokens) => ({ kind: 'dedup', keys: list(tokens, (each) => fieldName(each).value) })],
] satisfies [string, (tokens: Tokens) => Stage][]);

const isSymbol = (tokens: Tokens, text: string): boolean => tokens.peek().kind === 'symbol' && tokens.peek().text === text;
const isWord = (tokens: Tokens, word: string): boolean => tokens.peek().kind === 'name' && tokens.peek().text.toLowerCase() === word;

const take = (tokens: Tokens, text: string): boolean => {
  const found = isSymbol(tokens, text);
  if (found) tokens.next();
  return found;
};

const takeWord = (tokens: Tokens, word: string): boolean => {
  const found = isWord(tokens, word);
  if (found) tokens.next();
  return found;
};

const list = <T>(tokens: Tokens, item: (tokens: Tokens) => T): T[] => {
  const items = [item(tokens)];
  while (take(tokens, ',')) items.push(item(tokens));
  return items;
};

/** An expression goes by its alias, else by its own text. */
const named = (tokens: Tokens, aggregations?: Aggregation[]): Named => {
  const first = tokens.peek();
  const value = parseExpression(tokens, aggregations);
  const alone = first.kind === 'quotedName' && tokens.end === first.end;
  const text = alone ? first.text : tokens.slice(first.start, tokens.end);
  return { name: takeWord(tokens, 'as') ? fieldName(tokens).name : text, value };
};

const fieldName = (tokens: Tokens): Named => {
  const token = tokens.next();
  if (token.kind !== 'name' && token.kind !== 'quotedName') throw tokens.unexpected(token);
  return { name: token.text, value: (row) => row.get(token.text) };
};

/** As on AWS, only fields, and no expressions, can be sorted by. */
const sortKey = (tokens: Tokens): SortKey => {
  const { value } = fieldName(tokens);
  const descending = takeWord(tokens, 'desc');
  if (!descending) takeWord(tokens, 'asc');
  return { value, descending };
};

const limitCount = (tokens: Tokens): number => {
  const token = tokens.next();
  const count = Number(token.text);
  if (token.kind !== 'number' || !Number.isInteger(count) || count < 1 || count > LIMIT_MAX) throw tokens.unexpected(token);
  return count;
};

const statsCommand = (tokens: Tokens): Stage => {
  const aggregations: Aggregation[] = [];
  const results = list(tokens, (each) => named(each, aggregations));
  const by = takeWord(tokens, 'by') ? list(tokens, (each) => named(each)) : [];
  return { kind: 'stats', aggregations, by, results };
};

/** `parse [field] "glob * of *" as a, b` or `parse [field] /regex with (?<named>groups)/ [as a, b]`. */
const parseCommand = (tokens: Tokens): Stage => {
  const named = tokens.peek().kind === 'name' || tokens.peek().kind === 'quotedName';
  const source: Expression = named ? fieldName(tokens).value : (row) => row.get('@message');
  const pattern = tokens.peek();
  const given = tokens.regex();
  if (given === null && tokens.next().kind !== 'string') throw tokens.unexpected(pattern);
  const regex = given ?? globRegex(pattern.text);
  const groups = groupNames(regex);
  const names = takeWord(tokens, 'as') ? list(tokens, (each) => fieldName(each).name) : groups.filter((name) => name !== null);
  if (names.length === 0 || names.length > groups.length) throw tokens.unexpected(pattern);
  return { kind: 'parse', names, set: parser(source, regex, names) };
};

const globRegex = (glob: string): RegExp => new RegExp(globSource(glob, '([\\s\\S]*?)') + (glob.endsWith('*') ? '$' : ''));

/** The name of each capturing group, or null: a regex that also matches nothing tells. */
const groupNames = (regex: RegExp): (string | null)[] => {
  const match = new RegExp(`${regex.source}|`, regex.flags).exec('');
  const named = Object.keys(match?.groups ?? {});
  const count = (match?.length ?? 1) - 1;
  return named.length === 0 ? new Array<null>(count).fill(null) : named;
};

const parser =
  (source: Expression, regex: RegExp, names: string[]) =>
  (row: Row): void => {
    const text = source(row);
    const match = typeof text === 'string' ? regex.exec(text) : null;
    if (match === null) return;
    const values = match.groups === undefined ? match.slice(1) : Object.values(match.groups);
    for (const [index, name] of names.entries()) row.set(name, values[index]);
  };
