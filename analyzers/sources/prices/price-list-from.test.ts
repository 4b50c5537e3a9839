import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELSEWHERE, entryOf, inRegion, type MadeProduct, OTHERS, OURS, pricesOf } from '../../../tests/offers.ts';
import { PRICE_LISTS, type Tier } from '../../models/cost/index.ts';
import { OFFERS } from './offers.ts';
import { type Answer, priceListFrom } from './price-list-from.ts';

const [shipped = expect.fail()] = PRICE_LISTS;
const ABOUT = { region: 'us-east-1', day: '2026-11-26', endpoint: 'https://pricing', before: [] };

const answersOf = (products: readonly MadeProduct[], more: Partial<Record<string, string[]>> = {}): Answer[] =>
  OFFERS.map(({ service }) => ({
    service,
    entries: [
      ...products.filter((product) => product.service === service).map((product, i) => entryOf(product, `SKU${i}`)),
      ...(more[service] ?? []),
    ],
  }));
const from = (products: readonly MadeProduct[], about: Partial<Parameters<typeof priceListFrom>[1]> = {}) =>
  priceListFrom(answersOf(products), { ...ABOUT, ...about });

const ofUsage = (usagetype: string): MadeProduct => OURS.find(({ attributes }) => attributes['usagetype'] === usagetype) ?? expect.fail();
const withPrices = (usagetype: string, prices: MadeProduct['prices'], unit = ofUsage(usagetype).unit): MadeProduct[] => [
  { ...ofUsage(usagetype), prices, unit },
];

describe('priceListFrom', () => {
  it('makes the list that ships of the products that it has, whatever stands beside them', () => {
    const { list, leftOut } = from([...OTHERS, ...OURS, ...ELSEWHERE]);
    expect(leftOut).toEqual([]);
    expect(list.prices).toEqual(shipped.prices);
    expect(list).toMatchObject({ region: 'us-east-1', currency: 'USD', priceDate: '2026-11-26' });
    expect(list.sources).toContain('GetProducts of AmazonECS, regionCode us-east-1, version 20261121182130: https://pricing');
  });

  it('reads a region whose usage types have a prefix', () => {
    const { list, leftOut } = from([...OURS, ...ELSEWHERE], { region: 'eu-central-1' });
    expect(leftOut).toEqual([]);
    expect(Object.keys(list.prices).filter((key) => key.startsWith('elasticache'))).toEqual(['elasticache.node.cache.t3.micro']);
    expect(list.prices['lambda.duration.arm64']).toEqual(shipped.prices['lambda.duration.arm64']);
  });

  it('names all that is not in the answer, and gives it no price', () => {
    const { list, leftOut } = from([]);
    expect(list.prices).toEqual({});
    const keys = Object.keys(shipped.prices).filter((key) => !key.startsWith('elasticache'));
    expect(leftOut.map(({ key }) => key)).toEqual([...keys, 'elasticache.node.*']);
    expect(new Set(leftOut.map(({ why }) => why))).toEqual(new Set(["it is not in AWS's answer"]));
  });

  it('misses node types of before, and takes in new ones', () => {
    const before = ['elasticache.node.cache.t3.micro', 'elasticache.node.cache.gone.large', 'lambda.requests'];
    const { list, leftOut } = from(OURS, { before });
    expect(leftOut.map(({ key }) => key)).toEqual(['elasticache.node.cache.gone.large']);
    expect(list.prices).toHaveProperty(['elasticache.node.cache.r7g.large']);
  });

  it('takes neither of two products with different prices, and either of two with the same', () => {
    const dearer = withPrices('USE1-Fargate-GB-Hours', [['0', '0.0050000000']]);
    const ambiguous = from([...OURS, ...dearer]);
    expect(ambiguous.leftOut).toEqual([{ key: 'fargate.memory.x86_64', why: 'it is ambiguous, with several prices (product SKU1, SKU4)' }]);
    expect(ambiguous.list.prices).not.toHaveProperty(['fargate.memory.x86_64']);
    expect(from([...OURS, ofUsage('USE1-Fargate-GB-Hours')]).leftOut).toEqual([]);
  });

  it.each<[string, MadeProduct['prices'], string]>([
    ['a price in words', [['0', 'free']], 'a price of it is not in USD, or not a number (product SKU0)'],
    ['a price of zero', [['0', '0.0000000000']], 'it has a price of zero (product SKU0)'],
    [
      'a free tier that comes later',
      [
        ['0', '0.1'],
        ['9', '0.0'],
        ['10', '0.1'],
      ],
      'it has a price of zero (product SKU0)',
    ],
    ['a first tier that begins late', [['5', '0.1']], 'its tiers do not follow one another from zero on (product SKU0)'],
    [
      'two tiers from the same quantity on',
      [
        ['0', '0.1'],
        ['0', '0.2'],
      ],
      'its tiers do not follow one another from zero on (product SKU0)',
    ],
  ])('leaves out %s', (_what, prices, why) => {
    expect(from(withPrices('USE1-ApiGatewayMinute', prices)).leftOut).toContainEqual({
      key: 'apigateway.websocket.connection-minutes',
      why,
    });
  });

  it('leaves out what is counted in another unit, and what has no price on demand', () => {
    const perMillion = withPrices('USE1-ApiGatewayRequest', [['0', '3.5']], 'Million Requests');
    const why = 'its unit is million requests, not requests or request (product SKU0)';
    expect(from(perMillion).leftOut).toContainEqual({ key: 'apigateway.rest.requests', why });
    const entry = JSON.parse(entryOf(ofUsage('Request'), 'SKU'));
    const without = JSON.stringify({ ...entry, terms: {} });
    expect(priceListFrom(answersOf([], { AWSLambda: [without] }), ABOUT).leftOut).toContainEqual({
      key: 'lambda.requests',
      why: 'it has no on-demand price (product SKU)',
    });
  });

  it('counts entries that are none', () => {
    const broken = ['{"product":', 'null', '{"product":{"attributes":{}}}'];
    const { list, leftOut } = priceListFrom(answersOf(OURS, { AmazonECS: broken }), ABOUT);
    expect(leftOut).toEqual([{ key: 'AmazonECS', why: "3 of the 7 entries of AWS's answer can't be read" }]);
    expect(list.prices).toEqual(shipped.prices);
  });

  it('knows no reservation for a price on demand', () => {
    const entry = JSON.parse(entryOf(ofUsage('NodeUsage:cache.r7g.large'), 'SKU'));
    const [term] = Object.values<Record<string, unknown>>(entry.terms.OnDemand);
    const reserved = { ...term, termAttributes: { LeaseContractLength: '1yr', PurchaseOption: 'All Upfront' } };
    const priceDimensions = { hourly: { unit: 'Hrs', beginRange: '0', endRange: 'Inf', pricePerUnit: { USD: '0.0000000000' } } };
    entry.terms = { OnDemand: { ...entry.terms.OnDemand, 'SKU.6QCMYABX3D': { ...reserved, priceDimensions } }, Reserved: { a: reserved } };
    const { list } = priceListFrom(answersOf([], { AmazonElastiCache: [JSON.stringify(entry)] }), ABOUT);
    expect(list.prices['elasticache.node.cache.r7g.large']).toEqual(shipped.prices['elasticache.node.cache.r7g.large']);
  });

  describe('of reservations', () => {
    /** The node's product with such terms for a year and for three: [payment, upfront, hourly]. */
    const offered = (terms: readonly (readonly [string, string | null, string])[], length = '1yr') => {
      const dimension = (unit: string, USD: string) => ({ unit, pricePerUnit: { USD }, description: '', appliesTo: [] });
      const reserved = terms.map(([PurchaseOption, upfront, hourly]) => ({
        termAttributes: { LeaseContractLength: length, OfferingClass: 'standard', PurchaseOption },
        priceDimensions: { a: dimension('Hrs', hourly), ...(upfront !== null && { b: dimension('Quantity', upfront) }) },
      }));
      return entryOf(ofUsage('NodeUsage:cache.r7g.large'), 'SKU', { Reserved: { ...reserved } });
    };
    const read = (entry: string) =>
      priceListFrom(
        answersOf(
          OURS.filter(({ attributes }) => attributes['instanceType'] !== 'cache.r7g.large'),
          { AmazonElastiCache: [entry] },
        ),
        ABOUT,
      );
    const KEY = 'elasticache.node.cache.r7g.large';
    const found = (entry: string) => read(entry).list.discounts?.oneYear?.[KEY];

    it('takes that with the least upfront, and spreads what there is over the year', () => {
      const all = ['All Upfront', '1200', '0.0000000000'] as const;
      const partial = ['Partial Upfront', '612', '0.0700000000'] as const;
      expect(found(offered([all, ['No Upfront', null, '0.1480000000'], partial]))).toEqual({
        ...{ price: 0.148, priceDate: '2026-11-26' },
        source: expect.stringMatching(/^reserved for a year, No Upfront: GetProducts of AmazonElastiCache, .*: https:\/\/pricing$/),
      });
      expect(found(offered([all, partial]))?.price).toBeCloseTo(612 / 8760 + 0.07, 12);
      expect(found(offered([all]))?.price).toBeCloseTo(1200 / 8760, 12);
      expect(read(offered([all], '3yr')).list.discounts).toBeUndefined();
    });

    it.each([
      ['counted by the hundred', [['No Upfront', null, '14.8']], /would cost 67\.\d times what it does on demand/],
      ['next to nothing', [['No Upfront', null, '0.001']], /would cost 0\.0\d+ times/],
      ['in words', [['No Upfront', null, 'a lot']], /has no price in USD/],
    ] as const)('leaves out one that is %s', (_what, terms, why) => {
      const { list, leftOut } = read(offered(terms));
      expect(leftOut).toEqual([{ key: `oneYear.${KEY}`, why: expect.stringMatching(why) }]);
      expect(list.discounts).toBeUndefined();
    });

    it('takes over none that AWS did not answer: those that ship stand beside the list', () => {
      expect(Object.keys(read(offered([['No Upfront', null, '0.1480000000']])).list.discounts ?? {})).toEqual(['oneYear']);
      expect(from(OURS).list.discounts).toBeUndefined();
    });
  });

  it('hands on every tier as it is, with a free one before it or not, whatever the region’s prefix', () => {
    const tiers = fc
      .uniqueArray(fc.integer({ min: 1, max: 1e12 }), { maxLength: 5 })
      .map((ends) => [...ends.toSorted((a, b) => a - b), null])
      .chain((ends) =>
        fc.tuple(...ends.map((upTo) => fc.integer({ min: 1, max: 1e9 }).map((price): Tier => ({ upTo, price: price / 1e9 })))),
      );
    const prefix = fc.constantFrom('', 'EU-', 'EUC1-', 'APS3-', 'UGW1-');
    fc.assert(
      fc.property(tiers, fc.boolean(), prefix, (all, free, of) => {
        const [first, ...rest] = pricesOf(all);
        // The free tier ends within the first of the others.
        const end = Math.min(0.5, (all[0]?.upTo ?? 1) / 2);
        const prices = free ? [['0', '0.0000000000'] as const, [String(end), first?.[1] ?? ''] as const, ...rest] : pricesOf(all);
        const product = inRegion({ ...ofUsage('USE1-ApiGatewayMessage'), prices }, 'us-east-1', of);
        expect(from([product]).list.prices['apigateway.websocket.messages']?.tiers).toEqual(all);
      }),
    );
  });
});
