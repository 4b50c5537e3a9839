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
  };
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
