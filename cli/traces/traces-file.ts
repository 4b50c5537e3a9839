import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Resource, Traces } from '../../analyzers/contract.ts';
import { type Bad, isBad } from '../../analyzers/malformed.ts';
import { createNaming } from '../../analyzers/traces/naming.ts';
import { createDocumentReader } from '../../analyzers/traces/read-documents.ts';
import { ownTracesReader } from '../../analyzers/traces/trace-file.ts';
import { UserError } from '../errors.ts';

/**
 * `traces.json.gz`: one JSON document with the keys of `Traces`, in which each trace stands on a line of its own, so that 10,000 of them are
 * written and read without ever standing in memory as text.
 */

/** Written to a temporary name, then renamed: the file is there whole or not at all. */
export const writeTraces = async (path: string, traces: Traces): Promise<void> => {
  const temporary = `${path}.tmp`;
  try {
    await pipeline(Readable.from(textOf(traces)), createGzip(), createWriteStream(temporary));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

function* textOf({ traces, ...header }: Traces): Generator<string> {
  yield `${JSON.stringify(header).slice(0, -1)},"traces":[`;
  for (const [k, trace] of traces.entries()) yield `${k === 0 ? '' : ','}\n${JSON.stringify(trace)}`;
  yield '\n]}\n';
}

/** Of a document that isn't by lines. Guess: tune. */
const TEXT_LENGTH_MAX = 256 * 2 ** 20;

/**
 * Reads a file of traces, packed with gzip or not: what `writeTraces` wrote, OTLP JSON (a document, or one a line as the collector writes
 * them), or Jaeger JSON.
 *
 * @param resources of the inventory, by which the nodes of OTLP and Jaeger are named
 * @throws UserError 104 when the file is not there, damaged, or none of these
 */
export const readTracesFile = async (path: string, resources: readonly Resource[] = []): Promise<Traces> => {
  const read = await linesOf(path)
    .then((lines) => tracesOf(lines, resources))
    .catch((cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'ENOENT' || cause.code === 'EISDIR' ? 'name a file of traces: traces.json.gz, OTLP JSON or Jaeger JSON' : DAMAGED;
      throw new UserError(`cannot read ${path}: ${cause.code ?? cause.message}`, hint, { cause });
    });
  if (isBad(read)) throw new UserError(`${path} is no file of traces: ${read.bad}`, read.hint);
  return read;
};

const DAMAGED = 'the file is damaged, or breaks off; read or export the traces again';

const linesOf = async (path: string): Promise<AsyncIterable<string>> => {
  const packed = await isPacked(path);
  const file = createReadStream(path);
  const text = packed ? createGunzip() : file;
  // readline doesn't pass on an error of its input: the pipeline's end, or its own stream's error, does.
  const failed = packed
    ? pipeline(file, text as ReturnType<typeof createGunzip>)
    : new Promise<void>((resolve, reject) => file.once('end', resolve).once('error', reject));
  failed.catch(() => undefined);
  return orFail(createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY }), failed);
};

async function* orFail(lines: AsyncIterable<string>, failed: Promise<void>): AsyncGenerator<string> {
  yield* lines;
  await failed;
}

/** https://datatracker.ietf.org/doc/html/rfc1952 : the first two bytes. */
const isPacked = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
};

interface LineReader {
  add(line: string): Bad | null;
  end(): Traces | Bad;
}

const tracesOf = async (lines: AsyncIterable<string>, resources: readonly Resource[]): Promise<Traces | Bad> => {
  let reader: LineReader | null = null;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    reader ??= readerFor(line, resources);
    const wrong = reader.add(line);
    if (wrong !== null) return wrong;
  }
  return (reader ?? wholeDocument(resources)).end();
};

/** By the first line it is known what the file is: ours has its head there, and what isn't by lines is no JSON there. */
const readerFor = (line: string, resources: readonly Resource[]): LineReader => {
  const own = ownTracesReader();
  if (own.begin(line)) return own;
  return parsed(line) === undefined ? wholeDocument(resources) : documentALine(resources);
};

const documentALine = (resources: readonly Resource[]): LineReader => {
  const documents = createDocumentReader(createNaming(resources));
  return { add: (line) => documents.add(parsed(line)), end: documents.end };
};

const wholeDocument = (resources: readonly Resource[]): LineReader => {
  const documents = createDocumentReader(createNaming(resources));
  const lines: string[] = [];
  let length = 0;
  return {
    add: (line) => {
      lines.push(line);
      length += line.length;
      return length > TEXT_LENGTH_MAX ? TOO_LONG : null;
    },
    end: () => (lines.length === 0 ? null : documents.add(parsed(lines.join('\n')))) ?? documents.end(),
  };
};

const TOO_LONG: Bad = { bad: 'it is longer than 256 MB', hint: 'write one document a line, as the OpenTelemetry collector does' };

/** Undefined for what is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
