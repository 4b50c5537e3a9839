import { Distribution } from './distribution.ts';

/**
 * The buckets of a stretch of time. While data still comes it holds them open, one by one; after that they are packed into one array, at 32 bytes for a
 * bucket of one value. What comes late unpacks it again.
 */
export class Chunk {
  /** Epoch seconds. */
  readonly endS: number;
  /** By less than a minute: what it holds is there by the minute as well. */
  readonly isFine: boolean;
  #open: Map<number, Distribution> | null = new Map();
  #packed: Float64Array | null = null;

  constructor(endS: number, isFine: boolean) {
    this.endS = endS;
    this.isFine = isFine;
  }

  get bytes(): number {
    return this.#packed?.byteLength ?? 0;
  }

  /** The bucket that begins then, for adding to it. */
  bucket(startS: number): Distribution {
    const open = this.#unpack();
    let bucket = open.get(startS);
    if (bucket === undefined) {
      bucket = new Distribution();
      open.set(startS, bucket);
    }
    return bucket;
  }

  /** Adds each bucket to what `target` gives for it; null leaves it out. */
  readInto(target: (startS: number) => Distribution | null): void {
    if (this.#open !== null) for (const [startS, bucket] of this.#open) target(startS)?.absorb(bucket.toNumbers());
    const packed = this.#packed ?? new Float64Array();
    for (let at = 0; at < packed.length; ) {
      const [startS = 0, length = 0] = [packed[at], packed[at + 1]];
      const end = at + 2 + length;
      target(startS)?.absorb(packed.subarray(at + 2, end));
      at = end;
    }
  }

  /** Each bucket's beginning, how many numbers it has, and those. */
  pack(): void {
    if (this.#open === null) return;
    const packed = [...this.#open].flatMap(([startS, bucket]) => {
      bucket.bound();
      const numbers = bucket.toNumbers();
      return [startS, numbers.length, ...numbers];
    });
    this.#packed = Float64Array.from(packed);
    this.#open = null;
  }

  /** Empty from now on. */
  clear(): void {
    this.#open = null;
    this.#packed = null;
  }

  #unpack(): Map<number, Distribution> {
    if (this.#open !== null) return this.#open;
    const open = new Map<number, Distribution>();
    this.readInto((startS) => {
      const bucket = new Distribution();
      open.set(startS, bucket);
      return bucket;
    });
    this.#open = open;
    this.#packed = null;
    return open;
  }
}
