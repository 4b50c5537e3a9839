import type { LoadPrice } from '../../analyzers/capacity/load-price.ts';
import { figure } from '../../analyzers/words.ts';
import { money } from '../cost/estimate.ts';

/** @example '412.50 USD a month for 350 users, 1.6145 per 1,000 users and hour' */
export function priceText(price: LoadPrice | null): string {
  if (price === null) return 'not known: no step told what it used, or the load is beyond twice the largest tested';
  const { users, month, perThousandUserHours, currency, unpriced } = price;
  if (month === null || perThousandUserHours === null) return `nothing of it has a price here (${unpriced.join(', ')})`;
  const least = unpriced.length > 0 ? 'at least ' : '';
  const without = unpriced.length > 0 ? ` (without ${unpriced.join(', ')})` : '';
  return `${least}${money(month)} ${currency} a month for ${figure(Math.round(users))} users, ${perThousandUserHours.toFixed(4)} per 1,000 users and hour${without}`;
}
