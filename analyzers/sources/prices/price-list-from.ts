import type { DiscountedPrice, Price, PriceList } from '../../models/cost/index.ts';
import {
  isUnpriceable,
  type OfferedProduct,
  offeredProductOf,
  type Rate,
  type Reservation,
  rateOf,
  reservedForAYear,
  type Unpriceable,
} from './offered-product.ts';
import { INSTANCE_TYPE, OFFERS, type Offer, type PricedUsage } from './offers.ts';

/** What GetProducts answered for an offer: all pages of its `PriceList`. */
export interface Answer {
  service: string;
  entries: readonly string[];
}

/** A price that the new list doesn't have. */
export interface LeftOut extends Unpriceable {
  key: string;
}

export interface PriceListFrom {
  list: PriceList;
  leftOut: LeftOut[];
}

interface About {
  region: string;
  /** `2026-11-26`. */
  day: string;
  /** Whom it was asked. */
  endpoint: string;
  /** Keys of the list of before: node types that it has are missed when they are gone. */
  before: readonly string[];
}

const SOURCE =
  'AWS Price List, on-demand list prices without free tier: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html';

/**
 * Makes a price list of what AWS answered. A price that isn't in the answer, that is ambiguous, or that isn't understood is in no list, and named: never zero, never guessed.
 *
 * @example priceListFrom(answers, { region: 'eu-west-1', day: '2026-11-26', endpoint, before: [] }).leftOut // [{ key: 'fargate.vcpu.arm64', why: "it is not in AWS's answer" }]
 */
export function priceListFrom(answers: readonly Answer[], { region, day, endpoint, before }: About): PriceListFrom {
  const read = OFFERS.map((offer) =>
    offerFrom(offer, answers.find(({ service }) => service === offer.service)?.entries ?? [], { region, before }),
  );
  const oneYear = read.flatMap(({ source, reserved }) =>
    reserved.map(({ key, price, payment }): [string, DiscountedPrice] => [
      key,
      { price, priceDate: day, source: `reserved for a year, ${payment}: ${source}: ${endpoint}` },
    ]),
  );
  return {
    list: {
      region,
      currency: 'USD',
      priceDate: day,
      sources: [SOURCE, ...read.map(({ source }) => `${source}: ${endpoint}`)],
      prices: Object.fromEntries(read.flatMap(({ prices }) => prices)),
      ...(oneYear.length > 0 && { discounts: { oneYear: Object.fromEntries(oneYear) } }),
    },
    leftOut: read.flatMap(({ leftOut }) => leftOut),
  };
}

function offerFrom(
  { service, usages }: Offer,
  entries: readonly string[],
  about: Pick<About, 'region' | 'before'>,
): { source: string; prices: [string, Price][]; reserved: Reserved[]; leftOut: LeftOut[] } {
  const all = entries.map(offeredProductOf);
  const products = all.filter((product) => product !== null);
  const unread = all.length - products.length;
  const versions = [...new Set(products.map(({ version }) => version).filter((version) => version !== ''))];
  const priced = usages.flatMap((usage) => pricesOf(usage, products, about));
  const reserved = priced.flatMap(({ key, reserved: read }) => (read === null ? [] : [{ key, read }]));
  return {
    source: `GetProducts of ${service}, regionCode ${about.region}${versions.length > 0 ? `, version ${versions.join(' and ')}` : ''}`,
    prices: priced.flatMap(({ key, price }): [string, Price][] => (isUnpriceable(price) ? [] : [[key, price]])),
    reserved: reserved.flatMap(({ key, read }) => (isUnpriceable(read) ? [] : [{ key, ...read }])),
    leftOut: [
      ...(unread > 0 ? [{ key: service, why: `${unread} of the ${all.length} entries of AWS's answer can't be read` }] : []),
      ...priced.flatMap(({ key, price }) => (isUnpriceable(price) ? [{ key, why: price.why }] : [])),
      ...reserved.flatMap(({ key, read }) => (isUnpriceable(read) ? [{ key: `oneYear.${key}`, why: read.why }] : [])),
    ],
  };
}

interface Reserved extends Reservation {
  key: string;
}

/** One price, or one for each node type. */
function pricesOf(
  usage: PricedUsage,
  products: readonly OfferedProduct[],
  { region, before }: Pick<About, 'region' | 'before'>,
): { key: string; price: Price | Unpriceable; reserved: Reservation | Unpriceable | null }[] {
  const ofIt = products.filter((product) => isOf(product, usage, region));
  const byKey = Map.groupBy(ofIt, (product) => filled(usage.key, product));
  const keys = new Set([...expected(usage, before, byKey.size), ...byKey.keys()]);
  return [...keys].map((key) => {
    const ofKey = byKey.get(key) ?? [];
    const price = priceOf(ofKey, usage);
    const [first] = ofKey;
    const isReservable = usage.reservable === true && first !== undefined && !isUnpriceable(price);
    return { key, price, reserved: isReservable ? cheaperThan(price, reservedForAYear(first)) : null };
  });
}

/** A reservation takes off a part. More than this, or nothing, is counted in another unit. Guess: AWS's highest for a year is about a half. */
const SHARE_LEFT_MIN = 0.1;

function cheaperThan({ tiers }: Price, reserved: Reservation | Unpriceable | null): Reservation | Unpriceable | null {
  if (reserved === null || isUnpriceable(reserved)) return reserved;
  const share = reserved.price / (tiers[0]?.price ?? Number.NaN);
  if (share < 1 && share >= SHARE_LEFT_MIN) return reserved;
  return { why: `its reservation for a year would cost ${share.toPrecision(3)} times what it does on demand` };
}

/** us-east-1 goes without it for what is older; `EU-` is eu-west-1, all others are like `EUC1-`. */
const REGION_PREFIX = /^(EU|[A-Z]{2,4}\d)-/;

function isOf(product: OfferedProduct, usage: PricedUsage, region: string): boolean {
  const { attributes } = product;
  const usageType = String(attributes['usagetype']).replace(REGION_PREFIX, '');
  const wanted = Object.entries({ regionCode: region, ...usage.attributes });
  return usageType === filled(usage.usageType, product) && wanted.every(([name, value]) => attributes[name] === value);
}

const filled = (template: string, { attributes }: OfferedProduct): string =>
  template.replace(INSTANCE_TYPE, String(attributes['instanceType']));

/** What ought to be there. Which node types a region has, only its answers tell. */
function expected({ key }: PricedUsage, before: readonly string[], found: number): string[] {
  const start = key.replace(INSTANCE_TYPE, '');
  if (start === key) return [key];
  const known = before.filter((each) => each.startsWith(start));
  return known.length === 0 && found === 0 ? [`${start}*`] : known;
}

function priceOf(products: readonly OfferedProduct[], { unit, awsUnits }: PricedUsage): Price | Unpriceable {
  if (products.length === 0) return { why: "it is not in AWS's answer" };
  const named = `product ${products.map(({ sku }) => sku).join(', ')}`;
  const rates = products.flatMap(({ terms }) => terms.map(rateOf));
  const bad = rates.find(isUnpriceable);
  if (bad !== undefined) return { why: `${bad.why} (${named})` };
  const [rate, ...others] = rates.filter((each): each is Rate => !isUnpriceable(each));
  if (rate === undefined) return { why: `it has no on-demand price (${named})` };
  if (!awsUnits.includes(rate.unit)) return { why: `its unit is ${rate.unit}, not ${awsUnits.join(' or ')} (${named})` };
  if (others.some((other) => JSON.stringify(other) !== JSON.stringify(rate)))
    return { why: `it is ambiguous, with several prices (${named})` };
  return { unit, tiers: rate.tiers };
}
