import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaQuantile, regularizedBeta } from './beta.ts';

describe('regularizedBeta', () => {
  it.each([
    [0.5, 2, 3, 0.6875],
    [0.25, 1, 4, 1 - 0.75 ** 4],
    [0.25, 4, 1, 0.25 ** 4],
    [0.5, 0.5, 0.5, 0.5],
  ])('I_%d(%d, %d) is %d, by its closed form', (x, a, b, expected) => {
    expect(regularizedBeta(x, a, b)).toBeCloseTo(expected, 13);
  });

  it('is the binomial tail: I_p(k, n−k+1) = P(X ≥ k), https://dlmf.nist.gov/8.17.E5', () => {
    const n = 20;
    const p = 0.3;
    let tail = 0;
    let term = (1 - p) ** n;
    for (let k = 0; k < 7; k += 1) {
      tail += term;
      term *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    expect(regularizedBeta(p, 7, n - 7 + 1)).toBeCloseTo(1 - tail, 12);
  });

  it('is symmetric and monotone', () => {
    const parameter = fc.double({ min: 1, max: 1e5, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, parameter, parameter, (x, y, a, b) => {
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        expect(regularizedBeta(low, a, b)).toBeLessThanOrEqual(regularizedBeta(high, a, b) + 1e-9);
        expect(regularizedBeta(x, a, b)).toBeCloseTo(1 - regularizedBeta(1 - x, b, a), 6);
      }),
      { seed: 1 },
    );
  });

  it('names what it needs', () => {
    expect(() => regularizedBeta(0.5, 0, 1)).toThrow('regularizedBeta needs a and b above 0');
    expect(() => regularizedBeta(1.5, 1, 1)).toThrow('x in [0, 1]');
  });
});

describe('betaQuantile', () => {
  it('undoes regularizedBeta, also for a hundred million requests', () => {
    for (const [a, b] of [
      [1, 10],
      [0.5, 0.5],
      [300, 99_700],
      [50_000, 1e8],
    ] as const) {
      for (const p of [0.025, 0.5, 0.975]) expect(regularizedBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6);
    }
  });

  it('reaches its ends', () => {
    expect(betaQuantile(0, 2, 3)).toBeCloseTo(0, 12);
    expect(betaQuantile(1, 2, 3)).toBeCloseTo(1, 4);
    expect(() => betaQuantile(2, 2, 3)).toThrow('betaQuantile needs p in [0, 1]');
  });
});
