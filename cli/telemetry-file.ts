import * as path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Bad, isBad } from '../analyzers/malformed.ts';
import { negativeCountIn, type TelemetryFile, telemetryFileOf } from '../analyzers/telemetry-file.ts';
import { UserError } from './errors.ts';
import type { Host } from './host.ts';

/** Guess: 600 series of 3,600 points are 20 MB of text. More than this is no file of ours. */
const TEXT_BYTES_MAX = 512 * 2 ** 20;
/** https://datatracker.ietf.org/doc/html/rfc1952 : the first two bytes. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** A JSON document from its bytes, plain or compressed, whatever the file is called. @throws when it is neither, or too large */
export async function documentIn(content: Buffer): Promise<unknown> {
  const isPacked = GZIP_MAGIC.every((byte, i) => content[i] === byte);
  const text = isPacked ? await promisify(gunzip)(content, { maxOutputLength: TEXT_BYTES_MAX }) : content;
  if (text.length > TEXT_BYTES_MAX) throw new RangeError(`it is longer than ${TEXT_BYTES_MAX / 2 ** 20} MB`);
  return JSON.parse(text.toString('utf8'));
}

/**
 * A telemetry file of the user's own, plain or compressed: `--platform`, `--normal`, `--incident`.
 *
 * @throws UserError 104 when it can't be read, or is none
 */
export async function readTelemetryFile(host: Host, given: string): Promise<TelemetryFile> {
  const content = await host.fs.readFile(path.resolve(host.cwd, given)).catch((cause: unknown) => {
    throw new UserError(`cannot read the telemetry file ${given}`, 'check the path', { cause });
  });
  const document = await documentIn(content).catch((cause: Error) => {
    throw new UserError(`the telemetry file ${given} is not JSON: ${cause.message}`, 'is it the right file, and whole?', { cause });
  });
  const read = telemetryFileOf(document);
  if (isBad(read)) throw unfit(given, read);
  const wrong = negativeCountIn(read);
  if (wrong !== null) throw unfit(given, wrong);
  return read;
}

const unfit = (given: string, { bad, hint }: Bad): UserError => new UserError(`${given} is no telemetry file: ${bad}`, hint);
