import usEast1 from './us-east-1.json' with { type: 'json' };

/** List prices of one region, as AWS publishes them: on demand, without a free tier, which is the account's and not the system's. */
export interface PriceList {
  region: string;
  currency: string;
  /** When they were read: a day, or a month. */
  priceDate: string;
  sources: string[];
  prices: Record<string, Price>;
}

export interface Price {
  /** Of one unit of quantity. */
  unit: string;
  /** The first so many of a month at the first price, and so on; the last tier has no end. */
  tiers: Tier[];
}

interface Tier {
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
