import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrencyFor } from './concurrency.ts';
import { randomSource } from './random.ts';

describe('concurrencyFor', () => {
  it("is Little's law and three standard deviations", () => {
    expect(concurrencyFor(100, 0.25)).toEqual({ mean: 25, enough: 40 });
    expect(concurrencyFor(0, 1)).toEqual({ mean: 0, enough: 1 });
  });

  it('is enough, and ever more for more', () => {
    const positive = fc.double({ min: 0.001, max: 1000, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (rate, duration) => {
        const { mean, enough } = concurrencyFor(rate, duration);
        expect(enough).toBeGreaterThanOrEqual(mean);
        expect(concurrencyFor(2 * rate, duration).enough).toBeGreaterThanOrEqual(enough);
      }),
    );
  });

  it.each([2, 20, 200])('leaves about 1 moment in 1,000 over, at a mean of %i', (mean) => {
    const random = randomSource(7);
    const { enough } = concurrencyFor(mean, 1);
    const over = Array.from({ length: 20_000 }, () => random.poisson(mean)).filter((drawn) => drawn > enough).length;
    expect(over / 20_000).toBeLessThan(0.01);
  });
});
