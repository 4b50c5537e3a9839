import { describe, expect, it } from 'vitest';
import { tQuantile } from './student-t.ts';

// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
const TABLE: [p: number, degrees: number, t: number][] = [
  [0.95, 1, 6.314],
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.975, 5, 2.571],
  [0.975, 10, 2.228],
  [0.995, 10, 3.169],
  [0.975, 19, 2.093],
  [0.975, 30, 2.042],
  [0.99, 60, 2.39],
  [0.975, 1e6, 1.96],
];

describe('tQuantile', () => {
  it.each(TABLE)('at p = %d with %d degrees of freedom is %d', (p, degrees, t) => {
    expect(tQuantile(p, degrees)).toBeCloseTo(t, 3);
    expect(tQuantile(1 - p, degrees)).toBeCloseTo(-t, 3);
  });

  it('is 0 in the middle, and right beside it, also with many degrees of freedom', () => {
    for (const degrees of [1, 7, 1000, 1e6]) expect(tQuantile(0.5, degrees)).toBeCloseTo(0, 12);
    // The normal quantile of 0.501 is 0.00250663.
    expect(tQuantile(0.501, 1e6)).toBeCloseTo(0.00250663, 8);
  });

  it('names what it needs', () => {
    expect(() => tQuantile(0.9, Number.POSITIVE_INFINITY)).toThrow('at least 1 degree of freedom');
    expect(() => tQuantile(1, 7)).toThrow('tQuantile needs p between 0 and 1');
    expect(() => tQuantile(0.9, 0)).toThrow('at least 1 degree of freedom');
  });
});
