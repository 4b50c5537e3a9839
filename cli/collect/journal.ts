import { open } from 'node:fs/promises';
import type { ExactSummary, GeneratorSample, TrendSeries } from '../../analyzers/contract.ts';
import { UserError } from '../errors.ts';

/**
 * The journal, `client.journal.ndjson`: one JSON record per line, handed to the operating system as it comes, so that `kill -9` costs at most the
 * second that was under way. `compact` (compact.ts) makes it into client.json.gz.
 */
export type JournalRecord =
  /** First line. `startedS`: when collection began. */
  | { kind: 'journal'; version: typeof JOURNAL_VERSION; startedS: number }
  | Push
  | ({ kind: 'generator' } & GeneratorSample)
  /** Last line of a run that was collected to its end. */
  | { kind: 'end'; exact: ExactSummary | null; scriptErrors: { count: number; messages: string[] } };

export const JOURNAL_VERSION = 1;

/** What one push of the engine added. Ids count the names of their kind in order of appearance. */
export interface Push {
  kind: 'push';
  /** The time that the push covers, epoch seconds. */
  fromS: number;
  atS: number;
  /** Pushes were lost (or the engine stalled) since `fromS`: what is counted here happened some time in between. */
  gap?: true;
  executionStartS?: number;
  users: number | null;
  iterations: number;
  droppedIterations: number;
  endpoints: [id: number, errors: number, packedLatency: number[]][];
  trends: [id: number, packed: number[]][];
  counters: [id: number, growth: number][];
  errorClasses: [id: number, count: number][];
  /** Names that appear for the first time. */
  names?: Partial<Names>;
  /** Totals so far, where they changed. */
  overflow?: { names: number; seriesLost: number };
}

export interface Names {
  endpoints: string[];
  trends: { name: string; unit: TrendSeries['unit'] }[];
  counters: string[];
  errorClasses: { endpoint: number; status: string; errorCode: string }[];
}

/** Called once, with one lowercase sentence, when the run's data can no longer be kept. */
export type OnTrouble = (trouble: string) => void;

export interface Journal {
  /** Resolves when the operating system has the record, in order of the calls. After trouble nothing more is written, and it rejects. */
  append(record: JournalRecord): Promise<void>;
  close(): Promise<void>;
}

/** Creates the file; it must not exist. */
export const createJournal = async (path: string, fs: { open: typeof open }, onTrouble: OnTrouble): Promise<Journal> => {
  const file = await fs.open(path, 'wx');
  let failure: Error | null = null;
  let last: Promise<void> = Promise.resolve();

  const write = async (line: string): Promise<void> => {
    if (failure) throw failure;
    try {
      await file.appendFile(line);
    } catch (error) {
      // What was half written is a torn last line, so nothing may follow it.
      failure = error as Error;
      onTrouble(`cannot write the run's data: ${sentence(failure)}`);
      throw failure;
    }
  };
  return {
    append: (record) => {
      const line = `${JSON.stringify(record).replace(/[\u2028\u2029]/g, escaped)}\n`;
      const written = last.then(() => write(line));
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await file.close();
    },
  };
};

/** JSON leaves U+2028 and U+2029 as they are, names may hold them, and Node's `readLines` ends a line at them. */
const escaped = (separator: string): string => `\\u${separator.charCodeAt(0).toString(16)}`;

const sentence = (error: NodeJS.ErrnoException): string =>
  error.code === 'ENOSPC' ? 'the disk is full' : error.code === 'EDQUOT' ? 'the disk quota is used up' : (error.code ?? error.message);

/**
 * The records of a journal, one at a time. A torn last line, which `kill -9` or a full disk leave, ends it quietly.
 * @throws UserError 104 where the file can't be read, is no journal, or is broken before its end
 */
export async function* readJournal(path: string): AsyncGenerator<JournalRecord> {
  const file = await open(path).catch((cause) => {
    throw new UserError(
      `cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`,
      'name the directory of a run, as `loadkit run` printed it',
      { cause },
    );
  });
  try {
    yield* recordsOf(path, file.readLines());
  } finally {
    await file.close();
  }
}

async function* recordsOf(path: string, lines: AsyncIterable<string>): AsyncGenerator<JournalRecord> {
  let number = 0;
  let torn = false;
  for await (const line of lines) {
    number++;
    if (torn) throw broken(path, number - 1);
    const record = parse(line);
    if (record === null) torn = true;
    else if ((number === 1) !== (record.kind === 'journal')) throw broken(path, number);
    else if (record.kind === 'journal' && record.version !== JOURNAL_VERSION) throw otherVersion(path, record.version);
    else yield record;
  }
  if (number === 0 || (torn && number === 1)) throw broken(path, 1);
}

const parse = (line: string): JournalRecord | null => {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && 'kind' in record ? (record as JournalRecord) : null;
  } catch {
    return null;
  }
};

const broken = (path: string, line: number): UserError =>
  new UserError(`${path} is not a journal that loadkit wrote, or is broken in line ${line}`, 'run the test again');

const otherVersion = (path: string, version: number): UserError =>
  new UserError(`${path} has journal version ${version}`, `this loadkit reads version ${JOURNAL_VERSION}: use the one that made the run`);
