import type { Capacity, LoadPrice, Saturation } from '../analyzers/contract.ts';
import { count, money, number } from './format.ts';

/** What is said of a stepped test's answers, on the page and in the terminal. */

/** @example 'all targets hold up to 401 users (100 requests/s); the maximum lies between 401 and 500, of the loads that were tried' */
export function sustainableText({ sustainable }: Capacity): string {
  if (sustainable === null) return 'no load is known to hold';
  const { users, throughput, bracket } = sustainable;
  const rate = throughput === null ? '' : ` (${number(throughput)} requests/s)`;
  const [, misses] = bracket;
  const upTo =
    misses === null
      ? 'no load that was tried misses one'
      : `the maximum lies between ${count(bracket[0])} and ${count(misses)}, of the loads that were tried`;
  return `all targets hold up to ${count(users)} users${rate}; ${upTo}`;
}

export function peakText({ usl: { peak, reason } }: Capacity): string {
  if (peak === null) return `No peak by the Universal Scalability Law. ${reason ?? ''}`;
  const { users, throughput, ci95, throughputCi95 } = peak;
  return `Peak by the Universal Scalability Law: ${number(throughput)} requests/s (${rangeText(throughputCi95)}) at ${count(users)} users (${rangeText(ci95, count)}).`;
}

export function kneeText({ usl: { knee, kneeReason, reason } }: Capacity): string {
  if (knee === null) return kneeReason === reason ? 'No knee, for the same reason.' : `No knee. ${kneeReason ?? ''}`;
  return `Knee: ${count(knee.users)} users (${rangeText(knee.ci95, count)}).`;
}

/** @example '250 requests/s (244 to 257), about 1,000 users (970 to 1,040)' */
export function saturationText(at: NonNullable<Saturation['at']>): string {
  const users = usersText(at);
  return `${number(at.throughput)} requests/s (${rangeText(at.ci95)})${users === null ? '' : `, ${users}`}`;
}

/** Null where even the least number is beyond what can be said. */
export function usersText({ users, usersCi95 }: NonNullable<Saturation['at']>): string | null {
  if (usersCi95 === null) return users === null ? null : `about ${count(users)} users`;
  const [lo, hi] = usersCi95;
  return users === null ? `at least ${count(lo)} users` : `about ${count(users)} users (${rangeText([lo, hi], count)})`;
}

export const rangeText = ([lo, hi]: readonly [number, number | null], say: (value: number) => string = number): string =>
  hi === null ? `${say(lo)} or more` : `${say(lo)} to ${say(hi)}`;

/** @example '412.50 USD a month for 350 users, 1.6145 per 1,000 users and hour' */
export function priceText(price: LoadPrice | null): string {
  if (price === null) return 'not known: no step told what it used, or the load is beyond twice the largest tested';
  const { users, month, perThousandUserHours, currency, unpriced } = price;
  if (month === null || perThousandUserHours === null) return `nothing of it has a price here (${unpriced.join(', ')})`;
  const least = unpriced.length > 0 ? 'at least ' : '';
  const without = unpriced.length > 0 ? ` (without ${unpriced.join(', ')})` : '';
  return `${least}${money(month)} ${currency} a month for ${count(users)} users, ${perThousandUserHours.toFixed(4)} per 1,000 users and hour${without}`;
}
