import { estimateCost, type PriceList, type Usage, usageAtLoad } from '../models/cost/index.ts';
import { USL_REACH } from '../models/scalability/index.ts';
import type { LoadStep } from './load-step.ts';
import { HOURS_PER_MONTH } from './run-usage.ts';

/** What a load costs by list prices. */
export interface LoadPrice {
  users: number;
  /** A month of it; null where nothing of it has a price. With anything in `unpriced` the bill is higher. */
  month: number | null;
  /** An hour of a thousand of its users. */
  perThousandUserHours: number | null;
  currency: string;
  unpriced: string[];
}

interface Load {
  users: number;
  /** Requests per second; null where it is not known, and goes with the users. */
  throughput: number | null;
}

/**
 * By the step whose load is nearest, in proportion.
 *
 * @param change what is to be otherwise than in the test
 * @returns null where no step told what it used, or the load is beyond twice the largest
 */
export function priceOfLoad(
  steps: readonly LoadStep[],
  { users, throughput }: Load,
  lists: readonly PriceList[],
  change: (usage: Usage) => Usage = (usage) => usage,
): LoadPrice | null {
  const told = steps.flatMap(({ usage, counts, ...step }) => (usage === null || !counts ? [] : [{ ...step, usage }]));
  const nearest = told.toSorted((a, b) => Math.abs(a.users - users) - Math.abs(b.users - users)).at(0);
  if (nearest === undefined || users > USL_REACH * Math.max(...told.map((step) => step.users))) return null;
  const ratio = throughput === null || !nearest.throughput ? users / nearest.users : throughput / nearest.throughput;
  const { total, currency, unpriced } = estimateCost(change(usageAtLoad(nearest.usage, ratio)), lists);
  return {
    users,
    month: total,
    perThousandUserHours: total === null ? null : (1000 * total) / HOURS_PER_MONTH / users,
    currency,
    unpriced,
  };
}
