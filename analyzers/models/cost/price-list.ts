import { isObject, objectOf } from '../../json.ts';
import { type Bad, Malformed } from '../../malformed.ts';
import usEast1 from './us-east-1.json' with { type: 'json' };

/** List prices of one region, as AWS publishes them: on demand, without a free tier, which is the account's and not the system's. */
export interface PriceList {
  region: string;
  currency: string;
  /** When they were read: a day, or a month. */
  priceDate: string;
  sources: string[];
  prices: Record<string, Price>;
  /** What some of it costs when it is bought in another way; not known where missing. */
  discounts?: Partial<Record<PurchaseOption, Record<string, DiscountedPrice>>>;
}

/** Spare capacity that AWS may take back; or for a year, used or not, what is paid upfront spread over it. */
export type PurchaseOption = (typeof PURCHASE_OPTIONS)[number];
const PURCHASE_OPTIONS = ['spot', 'oneYear'] as const;

/** Of the same unit as on demand. */
export interface DiscountedPrice {
  price: number;
  /** A day, or a month. */
  priceDate: string;
  source: string;
}

export interface Price {
  /** Of one unit of quantity. */
  unit: string;
  /** The first so many of a month at the first price, and so on; the last tier has no end. */
  tiers: Tier[];
}

export interface Tier {
  upTo: number | null;
  price: number;
}

/** The lists that loadkit brings along. */
export const PRICE_LISTS: readonly PriceList[] = [usEast1];

/** A quantity of a month by the tiers that it falls into, each with its price. */
export function byTier({ tiers }: Price, quantity: number): { quantity: number; unitPrice: number }[] {
  let from = 0;
  return tiers.flatMap(({ upTo, price }) => {
    const within = Math.min(quantity, upTo ?? Number.POSITIVE_INFINITY) - from;
    from = upTo ?? from;
    return within > 0 ? [{ quantity: within, unitPrice: price }] : [];
  });
}

const SHAPE = 'a price list is {region, currency, priceDate, sources: […], prices: {"lambda.requests": {unit, tiers: [{upTo, price}]}, …}}';

/**
 * Checks that a parsed JSON document is a price list, whole: one damaged price would go into sums unseen.
 *
 * @example priceListOf({ region: 'us-east-1' }) // { bad: 'currency is undefined, not a text', hint: '…' }
 */
export function priceListOf(document: unknown): PriceList | Bad {
  if (!isObject(document)) return { bad: 'it is not a JSON object', hint: SHAPE };
  try {
    const { sources, prices, discounts } = document;
    if (!Array.isArray(sources)) throw new Malformed('sources is not a list', SHAPE);
    if (!isObject(prices)) throw new Malformed('prices is not an object', SHAPE);
    return {
      region: text(document['region'], 'region'),
      currency: text(document['currency'], 'currency'),
      priceDate: text(document['priceDate'], 'priceDate'),
      sources: sources.map((source, i) => text(source, `sources[${i}]`)),
      prices: Object.fromEntries(Object.entries(prices).map(([key, price]) => [key, priceOf(price, `prices["${key}"]`)])),
      ...(discounts !== undefined && { discounts: discountsOf(discounts) }),
    };
  } catch (error) {
    if (error instanceof Malformed) return { bad: error.bad, hint: error.hint };
    throw error;
  }
}

function text(value: unknown, at: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Malformed(`${at} is ${JSON.stringify(value)}, not a text`, SHAPE);
}

function priceOf(value: unknown, at: string): Price {
  const { unit, tiers } = objectOf(value);
  if (!Array.isArray(tiers) || tiers.length === 0) throw new Malformed(`${at} has no tiers`, SHAPE);
  const read = tiers.map((tier, i) => tierOf(tier, `${at}.tiers[${i}]`));
  const ends = read.map(({ upTo }) => upTo ?? Number.POSITIVE_INFINITY);
  const ascending = ends.every((end, i) => end > (ends[i - 1] ?? 0));
  if (!ascending || ends.at(-1) !== Number.POSITIVE_INFINITY) throw new Malformed(`${at} has tiers that do not follow one another`, SHAPE);
  return { unit: text(unit, `${at}.unit`), tiers: read };
}

function discountsOf(value: unknown): NonNullable<PriceList['discounts']> {
  if (!isObject(value)) throw new Malformed('discounts is not an object', SHAPE);
  return Object.fromEntries(
    Object.entries(value).map(([option, prices]) => {
      const at = `discounts.${option}`;
      if (!PURCHASE_OPTIONS.some((known) => known === option))
        throw new Malformed(`${at} is none of ${PURCHASE_OPTIONS.join(', ')}`, SHAPE);
      if (!isObject(prices)) throw new Malformed(`${at} is not an object`, SHAPE);
      return [option, Object.fromEntries(Object.entries(prices).map(([key, price]) => [key, discountedOf(price, `${at}["${key}"]`)]))];
    }),
  );
}

function discountedOf(value: unknown, at: string): DiscountedPrice {
  const { price, priceDate, source } = objectOf(value);
  if (!isPositive(price)) throw new Malformed(`${at}.price is ${JSON.stringify(price)}, not a price`, SHAPE);
  return { price, priceDate: text(priceDate, `${at}.priceDate`), source: text(source, `${at}.source`) };
}

function tierOf(value: unknown, at: string): Tier {
  const { upTo, price } = objectOf(value);
  if (upTo !== null && !isPositive(upTo)) throw new Malformed(`${at}.upTo is ${JSON.stringify(upTo)}, neither a quantity nor null`, SHAPE);
  // A price of zero would be one that nobody knew.
  if (!isPositive(price)) throw new Malformed(`${at}.price is ${JSON.stringify(price)}, not a price`, SHAPE);
  return { upTo, price };
}

const isPositive = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0;
