import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Growth, growthOf, MONTH_S, parseGrowth, reachedAt } from './forecast.ts';
import { randomSource } from './random.ts';

const DAY_S = 86_400;
const days = (count: number, perMonth: number, noise = 0, seed = 1) => {
  const random = randomSource(seed);
  return Array.from({ length: count }, (_, day) => ({
    timeS: 1_790_000_000 + day * DAY_S,
    users: 1000 * (1 + perMonth) ** ((day * DAY_S) / MONTH_S) * Math.exp(noise * random.normal()),
  }));
};

describe('growthOf', () => {
  it('finds the growth that a history has', () => {
    expect(growthOf(days(90, 0.08))).toMatchObject({ perMonth: expect.closeTo(0.08, 9) });
    expect(growthOf(days(90, -0.2))).toMatchObject({ perMonth: expect.closeTo(-0.2, 9) });
  });

  it('takes a launch for no growth that lasts', () => {
    const launch = [10, 100, 1000].map((users, k) => ({ timeS: 14 * k * DAY_S, users }));
    expect(growthOf(launch)).toEqual({
      reason: expect.stringMatching(/^The history grows by [\d,]+ % a month, which nothing does for long/),
    });
  });

  it('holds the truth in its interval as often as it says', () => {
    const found = Array.from({ length: 500 }, (_, seed) => growthOf(days(60, 0.08, 0.05, seed)) as Growth);
    const held = found.filter(({ ci95 }) => ci95 !== null && ci95[0] <= 0.08 && 0.08 <= ci95[1]).length / found.length;
    expect(Math.abs(held - 0.95)).toBeLessThan(0.03);
  });

  it.each([
    [days(2, 0.1), 'needs 3 at least'],
    [days(20, 0.1), 'A history of 19 days says nothing of a month'],
    [[...days(40, 0.1), { timeS: 0, users: 0 }], 'Row 41 of the history'],
    [[{ timeS: Number.NaN, users: 5 }], 'Row 1 of the history'],
  ])('gives a reason where a history carries no growth (%#)', (history, reason) => {
    expect(growthOf(history)).toEqual({ reason: expect.stringContaining(reason) });
  });
});

describe('reachedAt', () => {
  it('is when compounding comes to the limit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.double({ min: 1.01, max: 100, noNaN: true }), (perMonth, times) => {
        const months = (reachedAt({ nowS: 0, users: 50, perMonth }, 50 * times) ?? 0) / MONTH_S;
        expect(50 * (1 + perMonth) ** months).toBeCloseTo(50 * times, 6);
      }),
    );
  });

  it('is now where there are as many already, and never where there are no more to come', () => {
    expect(reachedAt({ nowS: 7, users: 100, perMonth: 0.1 }, 100)).toBe(7);
    expect(reachedAt({ nowS: 7, users: 100, perMonth: 0 }, 101)).toBe(Number.POSITIVE_INFINITY);
    expect(reachedAt({ nowS: 7, users: 100, perMonth: -0.1 }, 101)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('parseGrowth', () => {
  it.each([
    ['8%/month', 0.08],
    ['100%/year', 2 ** (1 / 12) - 1],
    ['-5 % / month', -0.05],
    ['1.5%/week', 1.015 ** (365.25 / 12 / 7) - 1],
  ])('reads %s', (text, perMonth) => expect(parseGrowth(text)).toBeCloseTo(perMonth, 9));

  it.each(['', '8', '8%', '8/month', '8%/decade', '-100%/month', 'x%/month'])('takes no %j', (text) =>
    expect(parseGrowth(text)).toBeNull(),
  );
});
