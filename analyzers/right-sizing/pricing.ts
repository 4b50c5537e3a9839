import { HOURS_PER_MONTH } from '../capacity/run-usage.ts';
import type { Arch } from '../contract.ts';
import { byTier, estimateCost, noUsage, PRICE_LISTS, type PriceList, type PurchaseOption, type Usage } from '../models/cost/index.ts';

/** What the price list of a region says, in the questions that rules ask. */
export interface Pricing {
  currency: string;
  /** Of a month's usage; null where a part of it has no price. */
  monthOf(usage: Partial<Omit<Usage, 'region' | 'others'>>): number | null;
  /** Of one unit, in the first tier; null where it has none. */
  unitPrice(key: string): number | null;
  /** Of so much in a month, bought in a way of its own or on demand; null where a part of it has no price. */
  costOf(parts: readonly Part[], option?: PurchaseOption): number | null;
  /** When the price of something that is bought in a way of its own was read; null where it has none. */
  dateOf(key: string, option: PurchaseOption): string | null;
}

/** How much of what has a price. */
export type Part = readonly [key: string, quantity: number];

/** Null where it has no price, and why; negative where the change costs more. */
export interface Saving {
  savingPerMonth: { amount: number; currency: string } | null;
  unpriced: string | null;
}

export const SECONDS_PER_MONTH = 3600 * HOURS_PER_MONTH;

export function pricingOf(region: string, lists: readonly PriceList[] = PRICE_LISTS): Pricing {
  const list = lists.find((each) => each.region === region);
  return {
    currency: list?.currency ?? 'USD',
    monthOf(usage) {
      const { total, unpriced } = estimateCost({ ...noUsage(region), ...usage, region }, lists);
      return unpriced.length > 0 ? null : total;
    },
    unitPrice: (key) => list?.prices[key]?.tiers[0]?.price ?? null,
    costOf(parts, option) {
      const costs = parts.map((part) => (list === undefined ? Number.NaN : costOf(part, list, option)));
      const sum = costs.reduce((a, b) => a + b, 0);
      return Number.isNaN(sum) ? null : sum;
    },
    dateOf: (key, option) => list?.discounts?.[option]?.[key]?.priceDate ?? null,
  };
}

/** NaN where it has no price. */
function costOf([key, quantity]: Part, { prices, discounts }: PriceList, option: PurchaseOption | undefined): number {
  if (option !== undefined) return quantity * (discounts?.[option]?.[key]?.price ?? Number.NaN);
  const price = prices[key];
  if (price === undefined) return Number.NaN;
  return byTier(price, quantity).reduce((sum, tier) => sum + tier.quantity * tier.unitPrice, 0);
}

/** What has no price where its architecture is not known. */
export const ofArch = (service: string, arch: Arch | null): string =>
  arch === null ? `${service}, of which the architecture could not be read,` : service;

/** Of the currency: what is left of the difference of two prices after these digits may be floating point's. */
const SAVING_DECIMALS = 6;

/** @param what that has no price here, where one of the two is null */
export function savingOf({ currency }: Pricing, from: number | null, to: number | null, what: string): Saving {
  if (from === null || to === null) return { savingPerMonth: null, unpriced: `${what} has no price here` };
  // Adding nothing makes 0 of −0.
  return { savingPerMonth: { amount: Number((from - to).toFixed(SAVING_DECIMALS)) + 0, currency }, unpriced: null };
}

/** It is known, and there is none. */
export const savesNothing = ({ savingPerMonth }: Saving): boolean => savingPerMonth !== null && savingPerMonth.amount <= 0;
