import { describe, expect, it } from 'vitest';
import { pricingOf, savingOf } from './pricing.ts';

describe('savingOf', () => {
  const amountOf = (from: number, to: number) => savingOf(pricingOf('us-east-1'), from, to, 'it').savingPerMonth?.amount;

  it('has the digits of the prices, and none of floating point', () => {
    expect(amountOf(1000.1, 1000)).toBe(0.1);
    expect(amountOf(0.3, 0.1)).toBe(0.2);
    expect(amountOf(1000, 1000.1)).toBe(-0.1);
    expect(amountOf(0.1, 0.1 + Number.EPSILON)).toBe(0);
  });

  it('is not known where one of the prices is not', () => {
    expect(savingOf(pricingOf('us-east-1'), 3, null, 'it')).toEqual({ savingPerMonth: null, unpriced: 'it has no price here' });
  });
});
