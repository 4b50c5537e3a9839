import { describe, expect, it } from 'vitest';
import { choice, exponential, exponentialMean, oneOf, randomOf, sfc32, wholeNumber } from './random.ts';

const firstOf = (random: () => number, count: number) => Array.from({ length: count }, () => random() * 2 ** 32);

describe('sfc32', () => {
  // Printed by a C program of PractRand's sfc32 (uint32_t arithmetic, counter from 1, 15 rounds of warm-up).
  it.each([
    [
      [1, 2, 3],
      [3987121759, 92551270, 1122162139, 24194941, 3548292025],
    ],
    [
      [42, 7, 1],
      [1914113623, 1344033721, 2700092038, 1635747866, 14371244],
    ],
    [
      [0xffffffff, 0x80000000, 0xdeadbeef],
      [1549875370, 2112850710, 4075235191, 4039682365, 1596822923],
    ],
  ] as const)('gives the reference values for seed %j', (seed, expected) => expect(firstOf(sfc32(seed), 5)).toEqual(expected));

  it('is uniform: chi-square over 100 bins stays below its 99.9 % quantile', () => {
    const bins = new Array<number>(100).fill(0);
    const random = sfc32([1, 2, 3]);
    for (let i = 0; i < 100_000; i += 1) {
      const bin = Math.floor(random() * 100);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(148.23); // 99 degrees of freedom
  });
});

describe('randomOf', () => {
  it('gives the same player the same stream, and every other player, seed and kind of decision another', () => {
    const start = (seed: number, player: number, stream: 'pauses' | 'chat') => firstOf(randomOf(seed, player, stream), 4).join();
    expect(start(1, 1, 'pauses')).toBe(start(1, 1, 'pauses'));
    const starts = [
      start(1, 1, 'pauses'),
      start(1, 1, 'chat'),
      start(1, 2, 'pauses'),
      start(2, 1, 'pauses'),
      start(1 + 2 ** 32, 1, 'pauses'),
    ];
    expect(new Set(starts).size).toBe(starts.length);
  });
});

describe('exponential', () => {
  const random = sfc32([5, 6, 7]);
  const values = Array.from({ length: 200_000 }, () => exponential(random, 4));

  it('has the mean that exponentialMean says, within three standard errors', () => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - exponentialMean(4))).toBeLessThan((3 * 4) / Math.sqrt(values.length));
  });

  it('lies between 0 and ten means', () => {
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(exponential(() => 1 - 2 ** -32, 4)).toBe(40);
    expect(exponential(() => 0, 4)).toBeCloseTo(0);
  });
});

describe('choice', () => {
  it('takes each thing as often as its weight says', () => {
    const random = sfc32([1, 1, 1]);
    const next = choice([
      [3, 'often'],
      [1, 'seldom'],
    ]);
    const often = Array.from({ length: 40_000 }, () => next(random)).filter((thing) => thing === 'often').length;
    expect(Math.abs(often / 40_000 - 0.75)).toBeLessThan(0.01); // five standard errors
  });

  it('takes the last thing when rounding leaves a crumb', () =>
    expect(
      choice([
        [1, 'a'],
        [1, 'b'],
      ])(() => 1),
    ).toBe('b'));

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the weight %d', (weight) =>
    expect(() => choice([[weight, 'a']])).toThrow('a weight is'),
  );

  it('refuses an empty list', () => expect(() => choice([])).toThrow('nothing to choose from'));
});

describe('oneOf and wholeNumber', () => {
  it('reach both ends', () => {
    expect(oneOf(() => 0, ['a', 'b'])).toBe('a');
    expect(oneOf(() => 1 - 2 ** -32, ['a', 'b'])).toBe('b');
    expect(oneOf(() => 0, [])).toBeUndefined();
    expect(wholeNumber(() => 0, 3, 5)).toBe(3);
    expect(wholeNumber(() => 1 - 2 ** -32, 3, 5)).toBe(5);
  });
});
