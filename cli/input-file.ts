import * as path from 'node:path';
import { parse } from 'csv-parse/sync';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';

/** @throws UserError 104 when it can't be read */
export const readInput = (host: Host, given: string): Promise<string> =>
  host.fs.readFile(path.resolve(host.cwd, given), 'utf8').catch((cause: unknown) => {
    throw new UserError(`cannot read ${given}`, 'check the path', { cause });
  });

/**
 * Rows by their columns' names in lower case.
 *
 * @throws UserError 104 when the file can't be read, is no CSV, has no rows, lacks one of the columns, or has one twice
 */
export async function readCsv(host: Host, given: string, columns: readonly string[], hint: string): Promise<Record<string, string>[]> {
  const text = await readInput(host, given);
  let rows: Record<string, string>[];
  let twice: string | undefined;
  try {
    rows = parse(text, {
      columns: (given: string[]) => {
        const names = given.map((name) => name.toLowerCase());
        twice = names.find((name, i) => name !== '' && names.indexOf(name) < i);
        return names;
      },
      bom: true,
      trim: true,
      skip_empty_lines: true,
    });
  } catch (cause) {
    throw new UserError(`${given} is not CSV: ${cause instanceof Error ? cause.message : String(cause)}`, hint, { cause });
  }
  if (twice !== undefined) throw new UserError(`${given} has two columns ${twice}`, hint);
  const [first] = rows;
  if (first === undefined) throw new UserError(`${given} has no rows`, hint);
  for (const column of columns) {
    if (!(column in first)) throw new UserError(`${given} has no column ${column}, but ${Object.keys(first).join(', ')}`, hint);
  }
  return rows;
}

/** NaN for what is no decimal number: `Number` takes an empty cell for 0 and 0x10 for 16. */
export const numberIn = (cell = ''): number => (cell === '' || /^0[box]/i.test(cell) ? Number.NaN : Number(cell));
