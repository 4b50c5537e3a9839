import { Scanner } from '../../scanner.ts';
import { type Aggregation, type Expression, parseExpression } from './expressions.ts';

export interface Named {
  name: string;
  value: Expression;
}
export interface SortKey {
  value: Expression;
  descending: boolean;
}

/** What a command does to the rows before it. */
export type Stage =
  | { kind: 'fields' | 'display'; fields: Named[] }
  | { kind: 'filter'; condition: Expression }
  | { kind: 'stats'; aggregations: Aggregation[]; by: Named[]; results: Named[] }
  | { kind: 'sort'; keys: SortKey[] }
  | { kind: 'limit'; count: number };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
const LIMIT_MAX = 10_000;

/** A regular expression is read only where one is expected: elsewhere its slash divides. */
const TOKEN =
  /(?:\s|#[^\n]*)*(?:(?<number>\d+(?:\.\d+)?)|(?<string>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(?<quotedName>`[^`]+`)|(?<name>[@A-Za-z_][\w.@]*)|(?<symbol>!=|<=|>=|[|,()[\]=<>+\-*/^%])|(?<end>$)|(?<bad>[\s\S]))/y;

/**
 * A Logs Insights query: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * Commands are fields, display, filter, stats (once), sort and limit; another one is an error, as is all that can't be read to the end.
 *
 * @throws AwsError MalformedQueryException, with where it is
 */
export const parseQuery = (query: string): Stage[] => {
  const scanner = new Scanner(query, TOKEN);
  const stages: Stage[] = [];
  scanner.take('|');
  do {
    const command = scanner.next();
    const parse = command.kind === 'name' ? COMMANDS.get(command.text.toLowerCase()) : undefined;
    if (parse === undefined) throw scanner.unexpected(command);
    const stage = parse(scanner);
    if (stage.kind === 'stats' && stages.some(({ kind }) => kind === 'stats')) throw scanner.unexpected(command);
    stages.push(stage);
  } while (scanner.take('|'));
  scanner.next('end');
  return stages;
};

const COMMANDS: ReadonlyMap<string, (scanner: Scanner) => Stage> = new Map<string, (scanner: Scanner) => Stage>([
  ['fields', (scanner) => ({ kind: 'fields', fields: scanner.list(() => named(scanner)) })],
  ['display', (scanner) => ({ kind: 'display', fields: scanner.list(() => named(scanner)) })],
  ['filter', (scanner) => ({ kind: 'filter', condition: parseExpression(scanner) })],
  ['stats', (scanner) => statsCommand(scanner)],
  ['sort', (scanner) => ({ kind: 'sort', keys: scanner.list(() => sortKey(scanner)) })],
  ['limit', (scanner) => ({ kind: 'limit', count: limitCount(scanner) })],
]);

/** An expression goes by its alias, else by its own text. */
const named = (scanner: Scanner, aggregations?: Aggregation[]): Named => {
  const first = scanner.peek();
  const value = parseExpression(scanner, aggregations);
  const isQuoted = first.kind === 'quotedName' && scanner.end === first.end;
  const text = isQuoted ? first.text : scanner.query.slice(first.start, scanner.end);
  return { name: scanner.takeWord('as') ? scanner.next('name', 'quotedName').text : text, value };
};

/** As on AWS, only fields, and no expressions, can be sorted by. */
const sortKey = (scanner: Scanner): SortKey => {
  const { text } = scanner.next('name', 'quotedName');
  const descending = scanner.takeWord('desc');
  if (!descending) scanner.takeWord('asc');
  return { value: (row) => row.get(text), descending };
};

const limitCount = (scanner: Scanner): number => {
  const token = scanner.next('number');
  const count = Number(token.text);
  if (!Number.isInteger(count) || count < 1 || count > LIMIT_MAX) throw scanner.unexpected(token);
  return count;
};

const statsCommand = (scanner: Scanner): Stage => {
  const aggregations: Aggregation[] = [];
  const results = scanner.list(() => named(scanner, aggregations));
  const by = scanner.takeWord('by') ? scanner.list(() => named(scanner)) : [];
  return { kind: 'stats', aggregations, by, results };
};
