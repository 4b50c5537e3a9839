import { type Json, objectOf, textOf } from '../../json.ts';
import type { Tier } from '../../models/cost/index.ts';

/** A product of AWS's price list, as far as it has been looked at. */
export interface OfferedProduct {
  sku: string;
  attributes: Json;
  /** Of the list that it stands in; empty where it doesn't say. */
  version: string;
  /** On demand. More than one are alternatives. */
  terms: readonly Json[];
  /** Reservations, each for a time and with a way to pay. */
  reserved: readonly Json[];
}

/** What its unit costs. */
export interface Rate {
  /** AWS's, in lower case. */
  unit: string;
  tiers: Tier[];
}

/** Why something has no price that could be told: goes on from "left out: KEY: ". */
export interface Unpriceable {
  why: string;
}
export const isUnpriceable = (read: object): read is Unpriceable => 'why' in read;

/**
 * An entry of GetProducts' `PriceList`; null where it is none.
 * Format: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
export function offeredProductOf(entry: string): OfferedProduct | null {
  let document: unknown;
  try {
    document = JSON.parse(entry);
  } catch {
    return null;
  }
  const { product, terms, version } = objectOf(document);
  const { sku, attributes } = objectOf(product);
  if (textOf(sku) === undefined) return null;
  return {
    sku: String(sku),
    attributes: objectOf(attributes),
    version: textOf(version) ?? '',
    // A term with a lease is a reservation, wherever it stands.
    terms: Object.values(objectOf(objectOf(terms)['OnDemand']))
      .map(objectOf)
      .filter(({ termAttributes }) => objectOf(termAttributes)['LeaseContractLength'] === undefined),
    reserved: Object.values(objectOf(objectOf(terms)['Reserved'])).map(objectOf),
  };
}

/** What an hour costs, and how it is paid: `No Upfront`. */
export interface Reservation {
  price: number;
  payment: string;
}

/** The least upfront first: what is paid early is lost when plans change. The last is what older offers call it. */
const PAYMENT = ['No Upfront', 'Partial Upfront', 'Heavy Utilization', 'All Upfront'];
const YEAR_H = 8760;

/**
 * What an hour costs when it is reserved for a year, what is paid upfront spread over it; null where nothing of the kind is offered. Paid upfront is `Quantity`,
 * as in the AmazonElastiCache offer.
 */
export function reservedForAYear({ reserved }: OfferedProduct): Reservation | Unpriceable | null {
  const offers = reserved.flatMap(({ termAttributes, priceDimensions }) => {
    const { LeaseContractLength: length, PurchaseOption: payment } = objectOf(termAttributes);
    return length === '1yr' ? [{ payment: String(payment), dimensions: Object.values(objectOf(priceDimensions)).map(objectOf) }] : [];
  });
  const [first] = PAYMENT.flatMap((payment) => offers.filter((offer) => offer.payment === payment));
  if (first === undefined) return null;
  const hours = first.dimensions.map(({ unit, pricePerUnit }) => {
    const usd = decimalOf(objectOf(pricePerUnit)['USD']) ?? Number.NaN;
    return unit === 'Quantity' ? usd / YEAR_H : usd;
  });
  const price = hours.reduce((sum, each) => sum + each, 0);
  return price > 0 ? { price, payment: first.payment } : { why: 'its reservation for a year has no price in USD' };
}

/** What a term's price dimensions come to: tiers without the free one, which is the account's and not the system's. */
export function rateOf(term: Json): Rate | Unpriceable {
  const dimensions = Object.values(objectOf(term['priceDimensions'])).map(dimensionOf);
  const read = dimensions.filter((dimension) => dimension !== null);
  if (read.length < dimensions.length) return { why: 'a price of it is not in USD, or not a number' };
  const units = new Set(read.map(({ unit }) => unit.toLowerCase()));
  const [unit] = units;
  if (unit === undefined || units.size > 1)
    return { why: units.size === 0 ? 'it has no price' : `it is in several units: ${[...units].join(', ')}` };
  const tiers = tiersOf(read);
  return isUnpriceable(tiers) ? tiers : { unit, tiers };
}

interface Dimension extends Tier {
  unit: string;
  from: number;
}

function dimensionOf(value: unknown): Dimension | null {
  const { unit, beginRange, endRange, pricePerUnit } = objectOf(value);
  const from = decimalOf(beginRange);
  const upTo = endRange === 'Inf' ? null : decimalOf(endRange);
  const price = decimalOf(objectOf(pricePerUnit)['USD']);
  if (from === undefined || upTo === undefined || price === undefined) return null;
  return { unit: String(unit), from, upTo, price };
}

/** AWS writes numbers as text: "0.0000166667". */
const decimalOf = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d+(\.\d+)?(e-?\d+)?$/i.test(value) ? Number(value) : undefined;

function tiersOf(dimensions: readonly Dimension[]): Tier[] | Unpriceable {
  const inOrder = dimensions.toSorted((a, b) => a.from - b.from);
  const joined = inOrder.every(({ from }, i) => from === (i === 0 ? 0 : inOrder[i - 1]?.upTo));
  if (!joined || inOrder.at(-1)?.upTo !== null) return { why: 'its tiers do not follow one another from zero on' };
  const paid = inOrder.slice(inOrder.findIndex(({ price }) => price > 0));
  if (paid.some(({ price }) => price === 0)) return { why: 'it has a price of zero' };
  return paid.map(({ upTo, price }) => ({ upTo, price }));
}
