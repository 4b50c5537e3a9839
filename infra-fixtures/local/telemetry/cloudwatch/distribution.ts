/**
 * What was observed of one metric in one stretch of time: exact count, sum, minimum and maximum, and how often each value came, from which percentiles are
 * taken. Stretches are merged by merging these; a percentile is never made from percentiles.
 */

export interface StatisticSet {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Guess: tune. At 16 bytes a value, 16 kB for the busiest minute of a metric. */
const DISTINCT_MAX = 1000;
/** Where there are more, values within 2 % of each other are taken for one: a percentile is at most 1 % off, over a range of 1 to 10^8. */
const GRID = Math.log(1.02);

export class Distribution implements StatisticSet {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  #counts = new Map<number, number>();
  /** A statistic set has hidden its values, or nobody wants them: there are no percentiles. */
  #opaque: boolean;
  /** Values were put on a grid: count, sum, minimum and maximum are still exact, but can't be had from the values. */
  #coarse = false;

  constructor(withValues = true) {
    this.#opaque = !withValues;
  }

  add(value: number, count: number): void {
    this.#addStatistics(count, value * count, value, value);
    if (!this.#opaque) this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
  }

  /** AWS's rule: a set has percentiles if it holds one sample, or all of its samples are equal. */
  addSet({ count, sum, min, max }: StatisticSet): void {
    if (count === 1 || min === max) this.add(min, count);
    else {
      this.#addStatistics(count, sum, min, max);
      this.#opaque = true;
      this.#counts.clear();
    }
  }

  /** Holds memory down. To be called after adding to what is kept. */
  bound(distinctMax = DISTINCT_MAX): void {
    for (let width = GRID; this.#counts.size > distinctMax; width *= 2) this.#coarsen(width);
  }

  /**
   * The value below which `percent` % of the observations lie, between the two nearest ranks by linear interpolation, as if each value were there as often
   * as it was counted. AWS does not say which of the usual definitions it takes; this is the commonest (Hyndman and Fan's seventh), and what the reference
   * emulator takes. Null where AWS has none: values are hidden or negative.
   */
  percentile(percent: number): number | null {
    if (this.#opaque || this.count === 0 || this.min < 0) return null;
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const rank = (percent / 100) * Math.max(this.count - 1, 0);
    const low = valueAt(sorted, Math.floor(rank));
    const fraction = rank - Math.floor(rank);
    const value = fraction === 0 ? low : low + fraction * (valueAt(sorted, Math.floor(rank) + 1) - low);
    return Math.min(Math.max(value, this.min), this.max);
  }

  /** Appends itself to `out`; `unpackInto` reads it back. */
  pack(out: number[]): void {
    if (this.#opaque) out.push(OPAQUE, this.count, this.sum, this.min, this.max);
    else {
      const size = this.#counts.size;
      if (this.#coarse) out.push(COARSE - size, this.count, this.sum, this.min, this.max);
      else out.push(size);
      for (const [value, count] of this.#counts) out.push(value, count);
    }
  }

  /** Adds what is packed at `at`; returns where the next begins. */
  unpackInto(packed: Float64Array, at: number): number {
    const head = packed[at] ?? 0;
    if (head >= 0) {
      const end = at + 1 + 2 * head;
      for (let index = at + 1; index < end; index += 2) this.add(packed[index] ?? 0, packed[index + 1] ?? 0);
      return end;
    }
    this.#addStatistics(packed[at + 1] ?? 0, packed[at + 2] ?? 0, packed[at + 3] ?? 0, packed[at + 4] ?? 0);
    if (head === OPAQUE) {
      this.#opaque = true;
      this.#counts.clear();
      return at + 5;
    }
    this.#coarse = true;
    const end = at + 5 + 2 * (COARSE - head);
    for (let index = at + 5; index < end; index += 2) this.#count(packed[index] ?? 0, packed[index + 1] ?? 0);
    return end;
  }

  /** Where the one after what is packed at `at` begins. */
  static skip(packed: Float64Array, at: number): number {
    const head = packed[at] ?? 0;
    if (head >= 0) return at + 1 + 2 * head;
    return at + 5 + (head === OPAQUE ? 0 : 2 * (COARSE - head));
  }

  merge(other: Distribution): void {
    this.#addStatistics(other.count, other.sum, other.min, other.max);
    this.#coarse ||= other.#coarse;
    if (other.#opaque) {
      this.#opaque = true;
      this.#counts.clear();
    } else for (const [value, count] of other.#counts) this.#count(value, count);
  }

  #count(value: number, count: number): void {
    if (!this.#opaque) this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
  }

  #addStatistics(count: number, sum: number, min: number, max: number): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  #coarsen(width: number): void {
    const fine = this.#counts;
    this.#counts = new Map();
    this.#coarse = true;
    for (const [value, count] of fine) this.#count(onGrid(value, width), count);
  }
}

/** The first number of a packed distribution: how many values follow, or one of these. */
const OPAQUE = -1;
const COARSE = -2;

const onGrid = (value: number, width: number): number =>
  value === 0 ? 0 : Math.sign(value) * Math.exp(Math.round(Math.log(Math.abs(value)) / width) * width);

const valueAt = (sorted: readonly (readonly [number, number])[], rank: number): number => {
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (rank < seen) return value;
  }
  return sorted.at(-1)?.[0] ?? 0;
};
