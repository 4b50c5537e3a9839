import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import { type Client, type ExactSummary, type GeneratorSample, type Histogram, SCHEMA_VERSION } from '../../analyzers/contract.ts';
import { UserError } from '../errors.ts';
import type { Collected } from './compact.ts';
import { packSlots, unpackSlots } from './packed.ts';
import { boolean, constant, listOf, nullable, number, object, type Parse, text } from './shape.ts';

/**
 * `client.json.gz`: one JSON document, the keys of `Client` and `generator`, with every series of histograms packed into one list of numbers
 * (packed.ts): `latencyS` of an endpoint and `slots` of a trend.
 */

/** guess: tune. 600 slots of 200 endpoints come to about 25 MB of text; more than this is no file of ours. */
const TEXT_BYTES_MAX = 256 * 2 ** 20;

/** Written to a temporary name, then renamed: the file is there whole or not at all. */
export const writeClient = async (path: string, collected: Collected): Promise<void> => {
  const temporary = `${path}.tmp`;
  try {
    await pipeline(Readable.from(textOf(collected)), createGzip(), createWriteStream(temporary));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** Piece by piece, since all of it at once would stand in memory twice. */
function* textOf({ client: { endpoints, trends, ...rest }, generator }: Collected): Generator<string> {
  yield `${JSON.stringify({ ...rest, generator }).slice(0, -1)},"endpoints":[`;
  for (const [k, endpoint] of endpoints.entries()) yield separated(k, { ...endpoint, latencyS: packSlots(endpoint.latencyS) });
  yield '],"trends":[';
  for (const [k, trend] of trends.entries()) yield separated(k, { ...trend, slots: packSlots(trend.slots) });
  yield ']}';
}

const separated = (k: number, value: unknown): string => `${k === 0 ? '' : ','}\n${JSON.stringify(value)}`;

/**
 * @throws UserError 104 when the file is not there, not ours, of another version or damaged
 */
export const readClient = async (path: string): Promise<Collected> => {
  const compressed = await readFile(path).catch((cause) => {
    throw new UserError(
      `cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`,
      'name the directory of a run, as `loadkit run` printed it',
      { cause },
    );
  });
  try {
    const text = await promisify(gunzip)(compressed, { maxOutputLength: TEXT_BYTES_MAX });
    return collectedOf(JSON.parse(text.toString()));
  } catch (cause) {
    throw new UserError(`${path} is damaged, or not a file that loadkit wrote`, `${(cause as Error).message}; run the test again`, {
      cause,
    });
  }
};

// ---------------------------------------------------------------------------------------------------------------- shape

const collectedOf = (document: unknown): Collected => {
  const { schemaVersion, slots } = object({ schemaVersion: number, slots: number })(document, 'document');
  if (schemaVersion !== SCHEMA_VERSION) throw new Error(`its schema version is ${schemaVersion}, not ${SCHEMA_VERSION}`);
  return { client: clientOf(slots)(document, 'client'), generator: object({ generator: generatorOf })(document, 'document').generator };
};

const clientOf = (slots: number): Parse<Client> => {
  const perSlot = <T>(parse: Parse<T>): Parse<T[]> => listOf(parse, slots);
  const histograms: Parse<(Histogram | null)[]> = (value, at) => unpackSlots(listOf(number)(value, at), slots);
  return object<Client>({
    schemaVersion: constant(SCHEMA_VERSION),
    startS: number,
    periodS: number,
    slots: number,
    executionStartS: nullable(number),
    endpoints: listOf(object({ name: text, requests: perSlot(number), errors: perSlot(number), latencyS: histograms })),
    trends: listOf(object({ name: text, unit: constant('s', 'bytes', ''), slots: histograms })),
    counters: listOf(object({ name: text, slots: perSlot(number) })),
    users: perSlot(nullable(number)),
    iterations: perSlot(number),
    droppedIterations: perSlot(number),
    errorClasses: listOf(object({ endpoint: text, status: text, errorCode: text, count: number })),
    scriptErrors: object({ count: number, messages: listOf(text) }),
    overflow: object({ names: number, seriesLost: number }),
    gaps: listOf(object({ fromS: number, toS: number })),
    exact: nullable(exactOf),
    complete: boolean,
  });
};

const exactOf: Parse<ExactSummary> = object<ExactSummary>({
  latencyMs: nullable(object({ avg: number, min: number, med: number, max: number, p90: number, p95: number, p99: number })),
  requests: nullable(number),
  failedRate: nullable(number),
  thresholds: listOf(object({ metric: text, expression: text, ok: boolean, samples: boolean })),
  checks: listOf(object({ name: text, passes: number, fails: number })),
});

const generatorOf: Parse<Collected['generator']> = object({
  samples: listOf(
    object<GeneratorSample>({
      timeS: number,
      engineCpuCores: nullable(number),
      engineMemoryBytes: nullable(number),
      machineCpu: nullable(number),
      eventLoopLagMsP99: number,
      ownMemoryBytes: number,
    }),
  ),
});
