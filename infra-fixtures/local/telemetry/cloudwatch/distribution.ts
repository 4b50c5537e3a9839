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
    this.#count(value, count);
  }

  /** AWS's rule: a set has percentiles if it holds one sample, or all of its samples are equal. */
  addSet({ count, sum, min, max }: StatisticSet): void {
    if (count === 1 || min === max) this.add(min, count);
    else {
      this.#addStatistics(count, sum, min, max);
      this.#hideValues();
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

  /** All of it in numbers: each value and how often it came, where that isn't everything after the statistics, which makes them odd in number. */
  toNumbers(): number[] {
    const values = [...this.#counts].flat();
    if (!this.#opaque && !this.#coarse) return values;
    return [Number(this.#opaque), this.count, this.sum, this.min, this.max, ...values];
  }

  /** Adds what the numbers of another one say. */
  absorb(numbers: ArrayLike<number>): void {
    const hasStatistics = numbers.length % 2 === 1;
    if (hasStatistics) {
      const [opaque = 0, count = 0, sum = 0, min = 0, max = 0] = Array.from({ length: 5 }, (_, index) => numbers[index]);
      this.#addStatistics(count, sum, min, max);
      this.#coarse = true;
      if (opaque === 1) this.#hideValues();
    }
    for (let at = hasStatistics ? 5 : 0; at < numbers.length; at += 2) {
      const [value = 0, count = 0] = [numbers[at], numbers[at + 1]];
      if (hasStatistics) this.#count(value, count);
      else this.add(value, count);
    }
  }

  #hideValues(): void {
    this.#opaque = true;
    this.#counts.clear();
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
