import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Histogram } from '../contract.ts';
import {
  bucketEdge,
  bucketIndex,
  fractionAbove,
  histogramOf,
  meanOf,
  mergeHistograms,
  quantile,
  quantileBounds,
  quantileInterval,
  quantileRanks,
  relativeError,
  subtractHistogram,
  upperBoundOf,
} from './histogram.ts';

/** Latencies from a microsecond to a day, and the zero of a request that was never sent. */
const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: 1e-6, max: 86_400, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });
const schema = fc.integer({ min: -4, max: 8 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Nearest rank over the values themselves. The factor matches the one in the model: 0.07 × 100 is 7.000000000000001. */
const exactQuantile = (sample: readonly number[], q: number): number => {
  const rank = Math.max(1, Math.ceil(q * sample.length * (1 - 4 * Number.EPSILON)));
  return [...sample].sort((a, b) => a - b)[rank - 1] ?? Number.NaN;
};
const merge = (...parts: Histogram[]): Histogram => mergeHistograms(parts) ?? expect.unreachable();
const withoutSum = ({ sum: _, ...rest }: Histogram) => rest;

describe('bucketIndex', () => {
  it('puts a value into the bucket whose edges enclose it, its upper edge included', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), schema, (x, s) => {
        const index = bucketIndex(x, s);
        expect(x).toBeGreaterThan(bucketEdge(index - 1, s));
        expect(x).toBeLessThanOrEqual(bucketEdge(index, s));
      }),
    );
  });

  it('agrees with the specification’s example: at schema 0, bucket 0 is (0.5, 1] and bucket 1 is (1, 2]', () => {
    expect([0.51, 1, 1.01, 2].map((x) => bucketIndex(x, 0))).toEqual([0, 0, 1, 1]);
  });
});

describe('quantile', () => {
  it('is within the stated bound of the exact nearest-rank quantile, and its bucket holds it', () => {
    fc.assert(
      fc.property(values, share, schema, (sample, q, s) => {
        const exact = exactQuantile(sample, q);
        const histogram = histogramOf(sample, s);
        const [lower, upper] = quantileBounds(histogram, q) ?? expect.unreachable();
        expect(exact).toBeGreaterThanOrEqual(lower);
        expect(exact).toBeLessThanOrEqual(upper);
        if (exact === 0) expect(quantile(histogram, q)).toBe(0);
        else expect(Math.abs(Math.log((quantile(histogram, q) ?? 0) / exact))).toBeLessThanOrEqual(Math.log1p(relativeError(s)) + 1e-12);
      }),
    );
  });

  it('is within 4.4 % at k6’s schema', () => {
    expect(relativeError(3)).toBeCloseTo(0.0443, 4);
  });

  it('never falls as q rises', () => {
    fc.assert(
      fc.property(values, share, share, (sample, p, q) => {
        const histogram = histogramOf(sample);
        expect(quantile(histogram, Math.min(p, q))).toBeLessThanOrEqual(quantile(histogram, Math.max(p, q)) ?? Number.NaN);
      }),
    );
  });

  it('doubles with its values, exactly, since 2 is a bucket edge of every schema', () => {
    fc.assert(
      fc.property(values, share, fc.integer({ min: 0, max: 8 }), (sample, q, s) => {
        const doubled = histogramOf(
          sample.map((x) => 2 * x),
          s,
        );
        expect(quantile(doubled, q)).toBeCloseTo(2 * (quantile(histogramOf(sample, s), q) ?? Number.NaN), 9);
      }),
    );
  });

  it('is the same in whatever order the values come', () => {
    fc.assert(
      fc.property(values, (sample) => {
        expect(withoutSum(histogramOf([...sample].reverse()))).toEqual(withoutSum(histogramOf(sample)));
      }),
    );
  });

  it('is null without values, and throws on a q that is none', () => {
    expect(quantile(histogramOf([]), 0.5)).toBeNull();
    expect(meanOf(histogramOf([]))).toBeNull();
    expect(upperBoundOf(histogramOf([]))).toBeNull();
    expect(fractionAbove(histogramOf([]), 1)).toBeNull();
    expect(() => quantile(histogramOf([1]), 95)).toThrow(RangeError);
    expect(() => histogramOf([-1])).toThrow(RangeError);
  });
});

describe('mergeHistograms', () => {
  it('is the histogram of all values', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(withoutSum(merge(histogramOf(a), histogramOf(b)))).toEqual(withoutSum(histogramOf([...a, ...b])));
      }),
    );
  });

  it('lowers the resolution to the coarser one, as if the values had been counted at that', () => {
    fc.assert(
      fc.property(values, values, schema, schema, (a, b, s, t) => {
        const together = histogramOf([...a, ...b], Math.min(s, t));
        expect(withoutSum(merge(histogramOf(a, s), histogramOf(b, t)))).toEqual(withoutSum(together));
      }),
    );
  });

  it('is associative and commutative, whatever the schemas', () => {
    const histogram = fc.tuple(values, schema).map(([sample, s]) => histogramOf(sample, s));
    fc.assert(
      fc.property(histogram, histogram, histogram, (a, b, c) => {
        expect(withoutSum(merge(merge(a, b), c))).toEqual(withoutSum(merge(a, merge(c, b))));
      }),
    );
  });

  it('keeps the exact mean', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const all = [...a, ...b];
        const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
        expect(meanOf(merge(histogramOf(a), histogramOf(b)))).toBeCloseTo(mean, 6);
      }),
    );
  });

  it('skips what is not there, and is null when nothing is', () => {
    expect(mergeHistograms([null, histogramOf([1]), null])?.count).toBe(1);
    expect(mergeHistograms([null])).toBeNull();
  });
});

describe('subtractHistogram', () => {
  it('undoes a merge', () => {
    fc.assert(
      fc.property(values, values, (earlier, gained) => {
        const later = merge(histogramOf(earlier), histogramOf(gained));
        const difference = subtractHistogram(later, histogramOf(earlier)) ?? expect.unreachable();
        expect(withoutSum(difference)).toEqual(withoutSum(histogramOf(gained)));
        expect(difference.sum).toBeCloseTo(histogramOf(gained).sum, 6);
      }),
    );
  });

  it('is null where a count would fall, in all or in one bucket', () => {
    expect(subtractHistogram(histogramOf([1]), histogramOf([1, 1]))).toBeNull();
    expect(subtractHistogram(histogramOf([1, 1]), histogramOf([9]))).toBeNull();
    expect(subtractHistogram(histogramOf([1, 1]), histogramOf([0]))).toBeNull();
  });
});

describe('fractionAbove', () => {
  it('encloses the exact share', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1e5, noNaN: true }), (sample, limit) => {
        const exact = sample.filter((x) => x > limit).length / sample.length;
        const { estimate, lower, upper } = fractionAbove(histogramOf(sample), limit) ?? expect.unreachable();
        expect(lower).toBeLessThanOrEqual(exact);
        expect(upper).toBeGreaterThanOrEqual(exact);
        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it('is exact on a bucket edge: 2 s is one', () => {
    expect(fractionAbove(histogramOf([1, 2, 2.1, 3]), 2)).toEqual({ estimate: 0.5, lower: 0.5, upper: 0.5 });
  });
});

describe('quantileRanks', () => {
  it('agrees with exact binomial sums', () => {
    // Summed with whole-number binomial coefficients (Python's math.comb). B(16, 0.75): P(≤ 7) = 0.0075, P(≤ 8) = 0.0271, P(≤ 14) = 0.9365,
    // P(≤ 15) = 0.9900. B(20, 0.5): P(≤ 5) = 0.0207, P(≤ 6) = 0.0577, P(≤ 13) = 0.9423, P(≤ 14) = 0.9793.
    expect(quantileRanks(16, 0.75)).toEqual([8, 16]);
    expect(quantileRanks(20, 0.5)).toEqual([6, 15]);
  });

  it('needs 72 values for p95: 0.95^72 is the first power below 2.5 %', () => {
    expect(quantileRanks(71, 0.95)).toBeNull();
    expect(quantileRanks(72, 0.95)?.[1]).toBe(72);
    expect(quantileRanks(0, 0.5)).toBeNull();
  });

  it('agrees with the normal approximation where there are many values', () => {
    const n = 4_000_000;
    const halfWidth = 1.959964 * Math.sqrt(n * 0.95 * 0.05);
    const [lower, upper] = quantileRanks(n, 0.95) ?? expect.unreachable();
    expect(Math.abs(lower - (n * 0.95 - halfWidth))).toBeLessThan(3);
    expect(Math.abs(upper - (n * 0.95 + halfWidth))).toBeLessThan(3);
  });

  it('encloses the rank of the quantile itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0.01, max: 0.999, noNaN: true }), (n, q) => {
        const ranks = quantileRanks(n, q);
        if (ranks === null) return;
        expect(ranks[0]).toBeLessThanOrEqual(Math.ceil(n * q));
        expect(ranks[1]).toBeGreaterThanOrEqual(Math.floor(n * q));
      }),
    );
  });
});

describe('quantileInterval', () => {
  it('covers the true quantile of the source in at least 95 of 100 samples, give or take', () => {
    // 400 samples of 200 exponential values; the true p90 is ln 10. A proportion of 400 has a standard error of 1.1 points: 3 of them are allowed.
    const uniform = mulberry32(20261124);
    const covered = Array.from({ length: 400 }, () => Array.from({ length: 200 }, () => -Math.log(1 - uniform()))).filter((sample) => {
      const [lower, upper] = quantileInterval(histogramOf(sample), 0.9) ?? expect.unreachable();
      return lower <= Math.LN10 && Math.LN10 <= upper;
    });
    expect(covered.length / 400).toBeGreaterThan(0.95 - 3 * 0.011);
  });

  it('is null with too few values', () => {
    expect(quantileInterval(histogramOf([1, 2, 3]), 0.95)).toBeNull();
  });
});

/** Seeded noise: https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
const mulberry32 = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};
