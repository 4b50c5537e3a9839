import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSource } from './random.ts';
import { mannKendallP, theilSenSlope } from './trend.ts';

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 40 });

describe('mannKendallP', () => {
  it('agrees with the exact distribution: ten values with S = 23 have p = 0.046 (Kendall 1975, table 1)', () => {
    // A rising series of ten with 11 of its 45 pairs turned round.
    const turned = [4, 3, 2, 1, 5, 6, 9, 10, 8, 7];
    expect(scoreOf(turned)).toBe(23);
    expect(mannKendallP(turned)).toBeCloseTo(0.046, 2);
  });

  it('needs six values to be sure at 1 %', () => {
    expect(mannKendallP([1, 2, 3, 4, 5])).toBeGreaterThan(0.01);
    expect(mannKendallP([1, 2, 3, 4, 5, 6])).toBeLessThan(0.01);
  });

  it('sees nothing in constants and in noise', () => {
    expect(mannKendallP([3, 3, 3, 3, 3, 3, 3, 3])).toBe(1);
    expect(mannKendallP([])).toBe(1);
    // As many pairs rise as fall: no probability is above 1.
    expect(mannKendallP([3, 4.1, 4.2, 1.3])).toBe(1);
    const random = randomSource(5);
    const alarms = Array.from({ length: 1000 }, () => mannKendallP(Array.from({ length: 24 }, random.normal)) < 0.01).filter(Boolean);
    expect(alarms.length).toBeLessThan(20);
    expect(alarms.length).toBeGreaterThan(2);
  });

  it('depends on order alone', () => {
    fc.assert(
      fc.property(values, (drawn) => {
        expect(mannKendallP(drawn.map((value) => Math.exp(value / 500)))).toBeCloseTo(mannKendallP(drawn), 12);
        expect(mannKendallP(drawn.toReversed())).toBeCloseTo(mannKendallP(drawn), 12);
      }),
      { seed: 3 },
    );
  });
});

function scoreOf(series: readonly number[]): number {
  return series.flatMap((value, index) => series.slice(index + 1).map((later) => Math.sign(later - value))).reduce((a, b) => a + b, 0);
}

describe('theilSenSlope', () => {
  it('is the median of the pairwise slopes, whatever one wild value says', () => {
    expect(theilSenSlope([0, 1, 2, 3, 4], [1, 3, 5, 7, 100])).toBe(2);
    expect(theilSenSlope([0, 2, 4], [0, 1, 2])).toBe(0.5);
    expect(theilSenSlope([0], [1])).toBe(0);
  });

  it('scales with its values and turns with their sign', () => {
    fc.assert(
      fc.property(values, (drawn) => {
        const times = drawn.map((_, index) => index);
        const slope = theilSenSlope(times, drawn);
        const scaled = theilSenSlope(
          times,
          drawn.map((value) => -4 * value + 7),
        );
        expect(scaled).toBeCloseTo(-4 * slope, 9);
      }),
      { seed: 4 },
    );
  });
});
