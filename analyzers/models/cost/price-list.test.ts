import { describe, expect, it } from 'vitest';
import { PRICE_LISTS, priceListOf } from './price-list.ts';

const price = (tiers: unknown) => ({
  region: 'a',
  currency: 'USD',
  priceDate: '2026',
  sources: [],
  prices: { 'x.y': { unit: 'z', tiers } },
});

describe('priceListOf', () => {
  it.each(PRICE_LISTS)('takes the list of $region that ships, as it is', (list) => {
    expect(priceListOf(JSON.parse(JSON.stringify(list)))).toEqual(list);
  });

  it.each(PRICE_LISTS)('has no discount of $region that is none', ({ prices, discounts = {} }) => {
    const discounted = Object.values(discounts).flatMap((each) => Object.entries(each));
    expect(discounted.length).toBeGreaterThan(10);
    for (const [key, { price }] of discounted) {
      const share = price / (prices[key]?.tiers[0]?.price ?? Number.NaN);
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.9);
    }
  });

  it.each([
    [[], 'it is not a JSON object'],
    [{}, 'sources is not a list'],
    [{ sources: [] }, 'prices is not an object'],
    [{ ...price([]), prices: {}, currency: '' }, 'currency is "", not a text'],
    [{ ...price([]), prices: {}, priceDate: 2026 }, 'priceDate is 2026, not a text'],
    [{ ...price([]), sources: [1] }, 'sources[0] is 1, not a text'],
    [price([]), 'prices["x.y"] has no tiers'],
    [price([{ upTo: null }]), 'prices["x.y"].tiers[0].price is undefined, not a price'],
    [price([{ upTo: null, price: 0 }]), 'prices["x.y"].tiers[0].price is 0, not a price'],
    [price([{ upTo: null, price: '1' }]), 'prices["x.y"].tiers[0].price is "1", not a price'],
    [price([{ price: 1 }]), 'prices["x.y"].tiers[0].upTo is undefined, neither a quantity nor null'],
    [price([{ upTo: 5, price: 1 }]), 'prices["x.y"] has tiers that do not follow one another'],
    [
      price([
        { upTo: 5, price: 1 },
        { upTo: 5, price: 2 },
        { upTo: null, price: 3 },
      ]),
      'prices["x.y"] has tiers that do not follow one another',
    ],
    [{ ...price([]), prices: { 'x.y': 7 } }, 'prices["x.y"] has no tiers'],
    [{ ...price([]), prices: {}, discounts: [] }, 'discounts is not an object'],
    [{ ...price([]), prices: {}, discounts: { threeYears: {} } }, 'discounts.threeYears is none of spot, oneYear'],
    [{ ...price([]), prices: {}, discounts: { spot: 1 } }, 'discounts.spot is not an object'],
    [{ ...price([]), prices: {}, discounts: { spot: { 'x.y': { price: 0 } } } }, 'discounts.spot["x.y"].price is 0, not a price'],
    [
      { ...price([]), prices: {}, discounts: { oneYear: { 'x.y': { price: 1, priceDate: '2026' } } } },
      'discounts.oneYear["x.y"].source is undefined, not a text',
    ],
  ])('says of %j what is wrong with it', (document, bad) => {
    expect(priceListOf(document)).toEqual({ bad, hint: expect.any(String) });
  });
});
