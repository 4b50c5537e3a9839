import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearson, ratioInterval, trialsToClaim, trialsToSettleShare } from './intervals.ts';
import { randomSource } from './random.ts';

describe('clopperPearson', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, table I, method 5 ("exact").
  it.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [1, 29, 0.0009, 0.1776],
  ])('of %d in %d is %d to %d, as published', (failures, trials, lo, hi) => {
    const [lower, upper] = clopperPearson(failures, trials, 0.95);
    expect(lower).toBeCloseTo(lo, 4);
    expect(upper).toBeCloseTo(hi, 4);
  });

  it('gives the rule of three where nothing failed: 2,995 requests claim 99.9 %, 2,994 do not', () => {
    expect(clopperPearson(0, 2995, 0.95)[1]).toBeLessThanOrEqual(0.001);
    expect(clopperPearson(0, 2994, 0.95)[1]).toBeGreaterThan(0.001);
    expect(clopperPearson(0, 1000, 0.95)[1]).toBeCloseTo(3 / 1000, 4);
    expect(clopperPearson(10, 10, 0.95)[1]).toBe(1);
  });

  it('covers the truth in 95 of 100 runs, and in 93 just past the rule of three, where all doubt lies on one side', () => {
    for (const expected of [0.5, 2, 2.9, 3.05, 3.6, 4, 6, 10]) {
      const covered = coverage(expected / 400, 400);
      const pastRuleOfThree = expected > 2.996 && expected < 3.69;
      expect(covered, `${expected} failures expected`).toBeGreaterThanOrEqual(pastRuleOfThree ? 0.93 : 0.95);
    }
  });

  it('holds the share, lies within [0, 1], and moves up with every failure', () => {
    const counts = fc
      .integer({ min: 1, max: 5000 })
      .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials - 1 }), fc.constant(trials)));
    fc.assert(
      fc.property(counts, ([failures, trials]) => {
        const [lo, hi] = clopperPearson(failures, trials, 0.95);
        const [loNext, hiNext] = clopperPearson(failures + 1, trials, 0.95);
        expect(lo).toBeLessThanOrEqual(failures / trials);
        expect(hi).toBeGreaterThanOrEqual(failures / trials);
        expect(lo).toBeGreaterThanOrEqual(0);
        expect(hi).toBeLessThanOrEqual(1);
        expect(loNext).toBeGreaterThan(lo);
        expect(hiNext).toBeGreaterThan(hi);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('names what it needs', () => {
    expect(() => clopperPearson(0, 0, 0.95)).toThrow('needs 0 ≤ failures ≤ trials and a trial');
    expect(() => clopperPearson(3, 2, 0.95)).toThrow('not 3 of 2');
  });
});

/** Probability that the interval holds the true share, summed over all outcomes of `trials`. */
function coverage(share: number, trials: number): number {
  let covered = 0;
  let probability = (1 - share) ** trials;
  for (let failures = 0; failures <= 60; failures += 1) {
    const [lo, hi] = clopperPearson(failures, trials, 0.95);
    if (lo <= share && share <= hi) covered += probability;
    probability *= ((trials - failures) / (failures + 1)) * (share / (1 - share));
  }
  return covered;
}

describe('trialsToClaim', () => {
  // Hahn & Meeker 1991, Statistical Intervals, table A.15: one-sided 95 % bounds from the largest of n.
  it.each([
    [0.95, 59],
    [0.99, 299],
    [0.999, 2995],
  ])('for %d is %d', (quantile, trials) => {
    expect(trialsToClaim(quantile, 0.95)).toBe(trials);
  });

  it('names what it needs', () => {
    expect(() => trialsToClaim(1, 0.95)).toThrow('needs a quantile between 0 and 1');
  });
});

describe('trialsToSettleShare', () => {
  it('is about what the interval needs', () => {
    const trials = trialsToSettleShare(0.008, 0.01, 0.95) ?? 0;
    expect(clopperPearson(Math.round(0.008 * trials), trials, 0.95)[1]).toBeCloseTo(0.01, 3);
    expect(trialsToSettleShare(0, 0.001, 0.95)).toBe(2995);
    expect(trialsToSettleShare(0.01, 0.01, 0.95)).toBeNull();
  });
});

describe('ratioInterval', () => {
  it('equals Student over the batches where batches weigh the same', () => {
    // Batches of five slots with means 1, 2, 3, 4: mean 2.5, s = 1.2910, t(3) = 3.1824, so ± 2.0543.
    const numerators = [1, 2, 3, 4].flatMap((value) => Array<number>(5).fill(value));
    const [lo, hi] = ratioInterval(numerators, Array<number>(20).fill(1), 0.95) ?? [0, 0];
    expect(lo).toBeCloseTo(2.5 - 2.0543, 3);
    expect(hi).toBeCloseTo(2.5 + 2.0543, 3);
  });

  it('covers the mean of correlated data, where σ/√n over the slots does not', () => {
    const random = randomSource(11);
    let covered = 0;
    let naive = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const values = autocorrelated(random.normal, 300, 0.7);
      const [lo, hi] = ratioInterval(values, Array<number>(300).fill(1), 0.95) ?? [0, 0];
      if (lo <= 10 && 10 <= hi) covered += 1;
      if (Math.abs((lo + hi) / 2 - 10) < 1.96 / Math.sqrt(300)) naive += 1;
    }
    expect(naive / runs).toBeLessThan(0.7);
    expect(covered / runs).toBeGreaterThan(0.9);
  });

  it('has no answer for thin data', () => {
    expect(ratioInterval(Array<number>(9).fill(1), Array<number>(9).fill(1), 0.95)).toBeNull();
    expect(ratioInterval(Array<number>(20).fill(0), Array<number>(20).fill(0), 0.95)).toBeNull();
  });
});

/** AR(1) around 10 with a standard deviation of 1. */
function autocorrelated(normal: () => number, length: number, correlation: number): number[] {
  let state = normal();
  return Array.from({ length }, () => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal();
    return 10 + state;
  });
}
