import { Archive, floorTo, type Range } from './archive.ts';
import type { Chunk } from './chunk.ts';
import { Distribution } from './distribution.ts';
import type { MetricId } from './input.ts';

/** A metric: a name in a namespace with exactly these dimensions. */
export interface Metric extends MetricId {
  /** When its first bucket ended; from a while after that it is listed. */
  readonly firstEndS: number;
  newestS: number;
  readonly archives: Map<string, Archive>;
}

/**
 * All metrics, in bounded memory: at most 10,000 of them, at most 256 MB of packed buckets (then the oldest of less than a minute go before their time), and unpacked only what is
 * written to. 600 metrics that get one value each second take 69 MB an hour by the second, and by the minute 0.6 MB an hour for each distinct value that a
 * minute has on average.
 */
const METRICS_MAX = 10_000;
const PACKED_MAX_BYTES = 256 * 1024 * 1024;
/** Guess: tune. The stack's processes hand over within a second or two. */
const PACK_AFTER_S = 10;
const EXPIRE_EVERY_S = 300;

export class MetricStore {
  readonly #delayS: number;
  readonly #packedMaxBytes: number;
  readonly #metrics = new Map<string, Metric>();
  readonly #open = new Set<Chunk>();
  /** In the order of packing. */
  readonly #packed = new Set<Chunk>();
  #packedBytes = 0;
  #packAtS = 0;
  #expireAtS = 0;

  constructor(delayS: number, packedMaxBytes = PACKED_MAX_BYTES) {
    this.#delayS = delayS;
    this.#packedMaxBytes = packedMaxBytes;
  }

  get size(): { packedBytes: number; openChunks: number } {
    return { packedBytes: this.#packedBytes, openChunks: this.#open.size };
  }

  /** False: there are as many metrics as can be, and this is another one. */
  add(id: MetricId, unit: string, atS: number, bucketS: number, fill: (bucket: Distribution) => void): boolean {
    const key = keyOf(id);
    let metric = this.#metrics.get(key);
    if (metric === undefined) {
      if (this.#metrics.size >= METRICS_MAX) return false;
      const { namespace, metric: name, dimensions } = id;
      metric = { namespace, metric: name, dimensions, firstEndS: floorTo(atS, bucketS) + bucketS, newestS: atS, archives: new Map() };
      this.#metrics.set(key, metric);
    }
    metric.newestS = Math.max(metric.newestS, atS);
    const archive = metric.archives.get(unit) ?? new Archive();
    metric.archives.set(unit, archive);
    archive.add(atS, bucketS, this.#opened, fill);
    return true;
  }

  /** All that can be read at a time, in order of their first datum. */
  listed(nowS: number): Metric[] {
    return [...this.#metrics.values()].filter(({ firstEndS }) => firstEndS + this.#delayS <= nowS);
  }

  /**
   * What was observed, by the beginning of each period that has anything, oldest first. Without a unit, all units together; without values it is
   * cheaper, and there are no percentiles.
   */
  read(
    id: MetricId,
    unit: string | undefined,
    range: Omit<Range, 'delayS'>,
    withValues = true,
  ): [startS: number, observed: Distribution][] {
    const periods = new Map<number, Distribution>();
    const periodOf = (atS: number): Distribution => {
      const startS = range.fromS + floorTo(atS - range.fromS, range.periodS);
      const period = periods.get(startS) ?? new Distribution(withValues);
      periods.set(startS, period);
      return period;
    };
    for (const [of, archive] of this.#metrics.get(keyOf(id))?.archives ?? []) {
      if (unit === undefined || of === unit) archive.read({ ...range, delayS: this.#delayS }, periodOf);
    }
    return [...periods].filter(([, { count }]) => count > 0).sort(([a], [b]) => a - b);
  }

  /** Packs and forgets what it is time for. To be called as time goes by; does nothing most of the time. */
  advance(nowS: number): void {
    if (nowS >= this.#packAtS) {
      this.#packAtS = nowS + PACK_AFTER_S;
      this.#pack(nowS - PACK_AFTER_S);
    }
    if (nowS >= this.#expireAtS) {
      this.#expireAtS = nowS + EXPIRE_EVERY_S;
      this.#expire(nowS);
    }
  }

  #pack(untilS: number): void {
    for (const chunk of this.#open) {
      if (chunk.endS > untilS) continue;
      chunk.pack();
      this.#open.delete(chunk);
      this.#packed.add(chunk);
      this.#packedBytes += chunk.bytes;
    }
    this.#dropOldest(true);
    this.#dropOldest(false);
  }

  #dropOldest(isFine: boolean): void {
    if (this.#packedBytes <= this.#packedMaxBytes) return;
    for (const chunk of this.#packed) {
      if (chunk.isFine === isFine) this.#dropped(chunk);
      if (this.#packedBytes <= this.#packedMaxBytes) return;
    }
  }

  #expire(nowS: number): void {
    for (const [key, metric] of this.#metrics) {
      for (const [unit, archive] of metric.archives) if (!archive.expire(nowS, this.#dropped)) metric.archives.delete(unit);
      if (metric.archives.size === 0) this.#metrics.delete(key);
    }
  }

  readonly #opened = (chunk: Chunk): void => {
    if (this.#packed.delete(chunk)) this.#packedBytes -= chunk.bytes;
    this.#open.add(chunk);
  };

  readonly #dropped = (chunk: Chunk): void => {
    if (this.#packed.delete(chunk)) this.#packedBytes -= chunk.bytes;
    this.#open.delete(chunk);
    chunk.clear();
  };
}

/** Names hold no control characters: CloudWatch takes none. */
const keyOf = ({ namespace, metric, dimensions }: MetricId): string => {
  let key = `${namespace}\n${metric}`;
  for (const [name, value] of dimensions) key += `\n${name}\t${value}`;
  return key;
};
