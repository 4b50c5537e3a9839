import type { Histogram } from '../contract.ts';

/**
 * Mathematics of sparse native (exponential) histograms: https://prometheus.io/docs/specs/native_histograms/
 *
 * At schema s a bucket is 2^(2^−s) wide, so whatever is read from one is right within half a bucket: at schema 3, k6's, that is a factor of
 * 2^(±1/16), or ±4.4 %. Every function here that reads a position from a histogram says so, or gives the bucket's edges.
 */

/** Schema 3 follows from k6's `NativeHistogramBucketFactor: 1.1`: k6 internal/output/prometheusrw/remotewrite/trend.go. */
export const K6_SCHEMA = 3;

/** Exponential schemas of the format; others (custom buckets) are something else: https://prometheus.io/docs/specs/native_histograms/#schema */
export const SCHEMA_MIN = -4;
export const SCHEMA_MAX = 8;

/** Half-width of the zero bucket, client_golang's `DefNativeHistogramZeroThreshold`, which k6 keeps. */
const ZERO_THRESHOLD = 2 ** -128;

/** Upper, inclusive edge of a bucket; its lower, exclusive one is the edge of `index − 1`. */
export const bucketEdge = (index: number, schema: number): number => 2 ** (index * 2 ** -schema);

/** Largest relative error of an estimate that is a bucket's geometric midpoint: 0.044 at schema 3. */
export const relativeError = (schema: number): number => 2 ** (2 ** -schema / 2) - 1;

/** The bucket that holds `value` (> 0). */
export const bucketIndex = (value: number, schema: number): number => {
  // Plus 0 since −0 is another bucket to a strict comparison. The logarithm is rounded: a value on an edge may come out one bucket off.
  const guess = Math.ceil(Math.log2(value) * 2 ** schema) + 0;
  if (value > bucketEdge(guess, schema)) return guess + 1;
  return value <= bucketEdge(guess - 1, schema) ? guess - 1 : guess;
};

/**
 * Histogram of values, in their unit.
 * @throws RangeError on a value that is negative or not finite: the contract's histogram has no place for it.
 */
export const histogramOf = (values: Iterable<number>, schema: number = K6_SCHEMA): Histogram => {
  const buckets = new Map<number, number>();
  let count = 0;
  let sum = 0;
  let zeroCount = 0;
  for (const value of values) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new RangeError(`histogramOf needs finite values of 0 or more, not ${value}`);
    count++;
    sum += value;
    if (value <= ZERO_THRESHOLD) zeroCount++;
    else addTo(buckets, bucketIndex(value, schema), 1);
  }
  return { schema, count, sum, zeroCount, ...sorted(buckets) };
};

/** Adds histograms up in place. Where many are merged one after another, it saves making every sum in between. */
export interface HistogramSum {
  add(histogram: Histogram): void;
  /** What was added since the last call, at the lowest resolution among it; null where that was nothing. */
  take(): Histogram | null;
}

export const createHistogramSum = (): HistogramSum => {
  const buckets = new Map<number, number>();
  let schema: number | null = null;
  let count = 0;
  let sum = 0;
  let zeroCount = 0;

  const lowerTo = (lower: number): void => {
    if (schema === null || lower === schema) return;
    const coarser = lowerResolution({ schema, count, sum, zeroCount, ...sorted(buckets) }, lower);
    buckets.clear();
    addBuckets(buckets, coarser, 1);
  };
  return {
    add: (histogram) => {
      const lowest = Math.min(schema ?? SCHEMA_MAX, histogram.schema);
      lowerTo(lowest);
      schema = lowest;
      count += histogram.count;
      sum += histogram.sum;
      zeroCount += histogram.zeroCount;
      addBuckets(buckets, lowerResolution(histogram, lowest), 1);
    },
    take: () => {
      const taken = schema === null ? null : { schema, count, sum, zeroCount, ...sorted(buckets) };
      buckets.clear();
      schema = null;
      count = 0;
      sum = 0;
      zeroCount = 0;
      return taken;
    },
  };
};

/**
 * All values of several histograms in one, at the lowest resolution among them. Exact in its counts; null where there is nothing to merge.
 *
 * @example mergeHistograms([histogramOf([1]), null, histogramOf([2])])?.count // 2
 */
export const mergeHistograms = (histograms: Iterable<Histogram | null>): Histogram | null => {
  const all = createHistogramSum();
  for (const histogram of histograms) if (histogram !== null) all.add(histogram);
  return all.take();
};

/**
 * The same values at a lower schema, as if they had been counted at that. Lowering it by one merges buckets 2k−1 and 2k into k: both end at or below
 * its edge.
 */
export const lowerResolution = (histogram: Histogram, schema: number): Histogram => {
  if (schema === histogram.schema) return histogram;
  const width = 2 ** (histogram.schema - schema);
  const buckets = new Map<number, number>();
  for (const [k, index] of histogram.indices.entries()) addTo(buckets, Math.ceil(index / width), histogram.counts[k] ?? 0);
  return { ...histogram, schema, ...sorted(buckets) };
};

/**
 * What a cumulative histogram gained between two readings. Null where `later` does not continue `earlier` (some count went down).
 */
export const subtractHistogram = (later: Histogram, earlier: Histogram): Histogram | null => {
  const count = later.count - earlier.count;
  const zeroCount = later.zeroCount - earlier.zeroCount;
  if (count < 0 || zeroCount < 0) return null;
  const schema = Math.min(later.schema, earlier.schema);
  const buckets = new Map<number, number>();
  addBuckets(buckets, lowerResolution(later, schema), 1);
  addBuckets(buckets, lowerResolution(earlier, schema), -1);
  for (const [index, gained] of buckets) {
    if (gained < 0) return null;
    if (gained === 0) buckets.delete(index);
  }
  return { schema, count, sum: later.sum - earlier.sum, zeroCount, ...sorted(buckets) };
};

/** Mean in the histogram's unit, exact (it comes from the sum, not from buckets); null without values. */
export const meanOf = ({ count, sum }: Histogram): number | null => (count > 0 ? sum / count : null);

/** Upper edge of the last bucket in use: no value is above it. Null without values. */
export const upperBoundOf = (histogram: Histogram): number | null => quantileBounds(histogram, 1)?.[1] ?? null;

/**
 * Edges of the bucket that holds the nearest-rank quantile: the exact quantile of the values lies within them. Null without values.
 * @param q 0 to 1. The nearest rank is ⌈q·n⌉, at least 1 (Hyndman and Fan 1996, definition 1).
 */
export const quantileBounds = (histogram: Histogram, q: number): [lower: number, upper: number] | null => {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantileBounds needs q from 0 to 1, not ${q}`);
  return histogram.count > 0 ? boundsOfRank(histogram, nearestRank(q, histogram.count)) : null;
};

/**
 * Nearest-rank quantile, estimated by the geometric midpoint of its bucket: within a factor of 2^(±2^−(schema+1)) of the exact one (±4.4 %
 * at schema 3). Null without values.
 *
 * @example quantile(histogramOf([0.1, 0.2, 0.4]), 0.5) // 0.2 within 4.4 %: 0.203
 */
export const quantile = (histogram: Histogram, q: number): number | null => {
  const bounds = quantileBounds(histogram, q);
  return bounds && Math.sqrt(bounds[0]) * Math.sqrt(bounds[1]);
};

/**
 * Distribution-free confidence interval of a quantile: the values at the ranks of `quantileRanks`, widened to their buckets' edges. Null where
 * there are too few values for it. It assumes independent values: the requests of one overloaded second are not, so it's then too narrow.
 */
export const quantileInterval = (histogram: Histogram, q: number, confidence = 0.95): [lower: number, upper: number] | null => {
  const ranks = quantileRanks(histogram.count, q, confidence);
  return ranks && [boundsOfRank(histogram, ranks[0])[0], boundsOfRank(histogram, ranks[1])[1]];
};

/**
 * Ranks (from 1) of the two order statistics among `n` independent values that enclose the q-quantile with at least the given confidence, equal
 * tails. Null where the sample's own extremes don't reach that far (below 72 values for p95 at 95 %).
 * Source: Hahn and Meeker, Statistical Intervals (1991), §5.2; David and Nagaraja, Order Statistics (2003), §7.1.
 */
export const quantileRanks = (n: number, q: number, confidence = 0.95): [lower: number, upper: number] | null => {
  if (!(q > 0 && q < 1 && confidence > 0 && confidence < 1)) throw new RangeError(`quantileRanks needs q and confidence between 0 and 1`);
  if (n < 1) return null;
  const tail = (1 - confidence) / 2;
  const { first, probabilities } = binomial(n, q);
  let lower = 0;
  let below = 0;
  for (const [offset, probability] of probabilities.entries()) {
    below += probability;
    if (below <= tail) lower = first + offset + 1;
    // P(fewer than `upper` values lie below the quantile) has reached 1 − tail.
    if (below >= 1 - tail) return lower >= 1 && first + offset + 1 <= n ? [lower, first + offset + 1] : null;
  }
  return null;
};

/** A share of values, 0 to 1: the estimate, and between which bounds the exact share lies for certain. */
export interface Share {
  estimate: number;
  lower: number;
  upper: number;
}

/** Share of values above `limit` (≥ 0, in the histogram's unit). The bucket that the limit cuts is split evenly on the log scale. Null without values. */
export const fractionAbove = (histogram: Histogram, limit: number): Share | null => {
  if (!(limit >= 0)) throw new RangeError(`fractionAbove needs a limit of 0 or more, not ${limit}`);
  if (histogram.count === 0) return null;
  let above = 0;
  let cut = 0;
  let cutAbove = 0;
  histogram.indices.forEach((index, k) => {
    const count = histogram.counts[k] ?? 0;
    const lower = bucketEdge(index - 1, histogram.schema);
    const upper = bucketEdge(index, histogram.schema);
    if (lower >= limit) above += count;
    else if (upper > limit) {
      cut = count;
      cutAbove = count * (Math.log2(upper / limit) / Math.log2(upper / lower));
    }
  });
  const share = (values: number): number => values / histogram.count;
  return { estimate: share(above + cutAbove), lower: share(above), upper: share(above + cut) };
};

// ---------------------------------------------------------------------------------------------------------------- inside

/** The factor keeps q·n from landing a rounding error above a whole number: 0.07 × 100 is 7.000000000000001. */
const nearestRank = (q: number, n: number): number => Math.max(1, Math.ceil(q * n * (1 - 4 * Number.EPSILON)));

const boundsOfRank = (histogram: Histogram, rank: number): [number, number] => {
  let seen = histogram.zeroCount;
  if (rank <= seen) return [0, 0];
  for (let k = 0; k < histogram.indices.length; k++) {
    seen += histogram.counts[k] ?? 0;
    const index = histogram.indices[k] ?? 0;
    if (rank <= seen) return [bucketEdge(index - 1, histogram.schema), bucketEdge(index, histogram.schema)];
  }
  throw new RangeError(`histogram says ${histogram.count} values, its buckets hold ${seen}`);
};

const addTo = (buckets: Map<number, number>, index: number, count: number): void => {
  buckets.set(index, (buckets.get(index) ?? 0) + count);
};

const addBuckets = (buckets: Map<number, number>, { indices, counts }: Histogram, sign: 1 | -1): void => {
  for (let k = 0; k < indices.length; k++) addTo(buckets, indices[k] ?? 0, sign * (counts[k] ?? 0));
};

const sorted = (buckets: ReadonlyMap<number, number>): Pick<Histogram, 'indices' | 'counts'> => {
  const indices = [...buckets.keys()].sort((a, b) => a - b);
  return { indices, counts: indices.map((index) => buckets.get(index) ?? 0) };
};

/**
 * Binomial probabilities P(X = first + k), X ~ B(n, p), as far out as they can matter: terms are followed from the mode by their ratio until they are
 * below 1e-18 of it, and then divided by their sum. So there are about 18·√(n·p·(1−p)) of them, no factorial, and no approximation.
 */
const binomial = (n: number, p: number): { first: number; probabilities: number[] } => {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const negligible = 1e-18;
  const down: number[] = [];
  for (let k = mode, term = 1; k > 0; k--) {
    term *= (k / (n - k + 1)) * ((1 - p) / p);
    if (term < negligible) break;
    down.push(term);
  }
  const up: number[] = [];
  for (let k = mode, term = 1; k < n; k++) {
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
    if (term < negligible) break;
    up.push(term);
  }
  const terms = [...down.reverse(), 1, ...up];
  const total = terms.reduce((sum, term) => sum + term, 0);
  return { first: mode - down.length, probabilities: terms.map((term) => term / total) };
};
