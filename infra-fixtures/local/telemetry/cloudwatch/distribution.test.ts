import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Distribution } from './distribution.ts';

const of = (...values: readonly number[]): Distribution => {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value, 1);
  return distribution;
};

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

it('takes percentiles as numpy does: numpy.percentile([15, 20, 35, 40, 50], 40) is 29', () => {
  const distribution = of(50, 15, 40, 20, 35);
  expect(distribution.percentile(40)).toBeCloseTo(29, 12);
  expect(distribution.percentile(0)).toBe(15);
  expect(distribution.percentile(100)).toBe(50);
});

it('weighs a value by its count', () => {
  const distribution = new Distribution();
  distribution.add(10, 99);
  distribution.add(1000, 1);
  expect(distribution.percentile(50)).toBe(10);
  expect(distribution.percentile(99)).toBeCloseTo(10 + 0.01 * 990, 9);
  expect(distribution).toMatchObject({ count: 100, sum: 1990, min: 10, max: 1000 });
});

it('has no percentiles of hidden or negative values, and of nothing', () => {
  const hidden = of(5);
  hidden.addSet({ count: 2, sum: 3, min: 1, max: 2 });
  expect(hidden.percentile(50)).toBeNull();
  expect(hidden).toMatchObject({ count: 3, sum: 8, min: 1, max: 5 });
  expect(of(-1, 2).percentile(50)).toBeNull();
  expect(of().percentile(50)).toBeNull();
});

it('has percentiles of a set of one sample and of equal samples', () => {
  const distribution = new Distribution();
  distribution.addSet({ count: 1, sum: 4, min: 4, max: 4 });
  distribution.addSet({ count: 3, sum: 18, min: 6, max: 6 });
  expect(distribution.percentile(0)).toBe(4);
  expect(distribution.percentile(50)).toBe(6);
});

it('gives percentiles that rise, between minimum and maximum', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (sample, a, b) => {
      const distribution = of(...sample);
      const low = distribution.percentile(Math.min(a, b)) ?? Number.NaN;
      const high = distribution.percentile(Math.max(a, b)) ?? Number.NaN;
      expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
      expect(low).toBeGreaterThanOrEqual(Math.min(...sample));
      expect(high).toBeLessThanOrEqual(Math.max(...sample));
    }),
  );
});

it('merges to what the values together give, packed or not', () => {
  fc.assert(
    fc.property(values, values, fc.boolean(), (left, right, hide) => {
      const merged = of(...left);
      const other = of(...right);
      if (hide) other.addSet({ count: 2, sum: 3, min: 1, max: 2 });
      merged.absorb(Float64Array.from(other.toNumbers()));
      const together = of(...left, ...right);
      expect(merged.count).toBe(together.count + (hide ? 2 : 0));
      expect(merged.percentile(95)).toBe(hide ? null : together.percentile(95));
      expect(merged.sum).toBeCloseTo(together.sum + (hide ? 3 : 0), 3);
    }),
  );
});

it('holds down how many values it keeps, with exact statistics and percentiles at most 1 % off', () => {
  const exact = new Distribution();
  const bounded = new Distribution();
  for (let index = 0; index < 20_000; index++) {
    const value = 1 + ((index * 7919) % 20_000);
    exact.add(value, 1);
    bounded.add(value, 1);
    bounded.bound(1000);
  }
  const packed = bounded.toNumbers();
  expect(packed.length).toBeLessThanOrEqual(5 + 2 * 1000);
  const unpacked = new Distribution();
  unpacked.absorb(Float64Array.from(packed));
  for (const each of [bounded, unpacked]) {
    expect(each).toMatchObject({ count: exact.count, sum: exact.sum, min: exact.min, max: exact.max });
    for (const percent of [50, 90, 95, 99, 99.9]) {
      const truth = exact.percentile(percent) ?? 0;
      expect(Math.abs((each.percentile(percent) ?? 0) - truth) / truth).toBeLessThan(0.0105);
    }
  }
});
