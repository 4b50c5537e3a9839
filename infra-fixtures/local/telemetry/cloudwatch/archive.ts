import { Chunk } from './chunk.ts';
import type { Distribution } from './distribution.ts';

/**
 * One metric's data of one unit: by the minute, and what came finer than that also as it came. Both are kept as long as on AWS; what AWS keeps longer than 15
 * days, by 5 minutes and by the hour, is not kept, since a stack on one machine doesn't live so long.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
const FINE = { keptS: 10_800, chunkS: 30 };
const BY_MINUTE = { keptS: 15 * 86_400, chunkS: 600 };
const MINUTE_S = 60;

export interface Range {
  /** Epoch seconds, half open. */
  fromS: number;
  endS: number;
  periodS: number;
  /** The time of asking, and how long after its end a bucket can be read. */
  nowS: number;
  delayS: number;
}

export class Archive {
  readonly #fine = new Map<number, Chunk>();
  readonly #byMinute = new Map<number, Chunk>();
  /** The shortest bucket that has come, in seconds. */
  #bucketS = MINUTE_S;

  /** Calls back with each chunk that is about to be written to, then with the bucket. */
  add(atS: number, bucketS: number, opened: (chunk: Chunk) => void, fill: (bucket: Distribution) => void): void {
    const write = (chunks: Map<number, Chunk>, chunkS: number, startS: number): void => {
      const chunkStartS = floorTo(startS, chunkS);
      const chunk = chunks.get(chunkStartS) ?? new Chunk(chunkStartS + chunkS, chunks === this.#fine);
      chunks.set(chunkStartS, chunk);
      opened(chunk);
      const bucket = chunk.bucket(startS);
      fill(bucket);
      bucket.bound();
    };
    this.#bucketS = Math.min(this.#bucketS, bucketS);
    if (bucketS < MINUTE_S) write(this.#fine, FINE.chunkS, floorTo(atS, bucketS));
    write(this.#byMinute, BY_MINUTE.chunkS, floorTo(atS, MINUTE_S));
  }

  /**
   * Adds to what `target` gives for a time everything that can be read in the range. A period that is finer than what is stored gets its data at the stored
   * buckets' beginnings, as AWS's does; one that is finer than what is still kept gets none. The minute that is still going on is read from what came finer.
   */
  read({ fromS, endS, periodS, nowS, delayS }: Range, target: (atS: number) => Distribution): void {
    const readFrom = (chunks: ReadonlyMap<number, Chunk>, sinceS: number, keptS: number, bucketS: number): void =>
      readChunks(chunks, Math.max(fromS, sinceS, nowS - keptS), Math.min(endS - 1, nowS - delayS - bucketS), target);
    const isFine = this.#bucketS < MINUTE_S;
    const asItCame = isFine && periodS < MINUTE_S;
    if (!asItCame) readFrom(this.#byMinute, fromS, BY_MINUTE.keptS, MINUTE_S);
    if (isFine) readFrom(this.#fine, asItCame ? fromS : floorTo(nowS - delayS, MINUTE_S), FINE.keptS, this.#bucketS);
  }

  /** Lets go of what is too old, and says what that was. Returns whether anything is left. */
  expire(nowS: number, dropped: (chunk: Chunk) => void): boolean {
    for (const [chunks, { keptS }] of [[this.#fine, FINE] as const, [this.#byMinute, BY_MINUTE] as const]) {
      for (const [startS, chunk] of chunks) {
        if (chunk.endS > nowS - keptS) continue;
        chunks.delete(startS);
        dropped(chunk);
      }
    }
    return this.#byMinute.size > 0;
  }
}

const readChunks = (chunks: ReadonlyMap<number, Chunk>, oldestS: number, newestS: number, target: (atS: number) => Distribution): void => {
  for (const [startS, chunk] of chunks) {
    if (startS > newestS || chunk.endS <= oldestS) continue;
    chunk.readInto((atS) => (atS >= oldestS && atS <= newestS ? target(atS) : null));
  }
};

/** The largest multiple of `step` up to it. */
export const floorTo = (value: number, step: number): number => Math.floor(value / step) * step;
