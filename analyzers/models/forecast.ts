import { figure } from '../words.ts';
import type { Interval } from './intervals.ts';
import { lineThrough } from './line.ts';

/** Growth by the month: 0.08 is 8 % more each month. */
export interface Growth {
  perMonth: number;
  /** Null where it was stated, not measured. */
  ci95: Interval | null;
}

export interface HistoryPoint {
  /** Epoch seconds. */
  timeS: number;
  users: number;
}

export const DAY_S = 86_400;
/** On average: 365.25 days a year. */
export const MONTH_S = (365.25 / 12) * DAY_S;
/** Further ahead no forecast goes: who says that growth lasts so long? Guess: tune. */
export const HORIZON_S = 5 * 12 * MONTH_S;
/** More is a launch, which nothing compounds: elevenfold each month. Guess: tune. */
export const GROWTH_MAX = 10;
const POINTS_MIN = 3;
/** Less says nothing of a month. */
const SPAN_MIN_S = 28 * DAY_S;

/**
 * Growth by compounding: the slope of the logarithm of the users over time, with Student's interval.
 *
 * @returns the reason, where the history can't carry one
 *
 * @example growthOf([{ timeS: 0, users: 100 }, { timeS: MONTH_S, users: 110 }, { timeS: 2 * MONTH_S, users: 121 }]) // 10 % a month
 */
export function growthOf(history: readonly HistoryPoint[]): Growth | { reason: string } {
  const bad = history.findIndex(({ timeS, users }) => !(Number.isFinite(timeS) && Number.isFinite(users) && users > 0));
  if (bad !== -1) return { reason: `Row ${bad + 1} of the history has no time, or no users above 0.` };
  const times = history.map(({ timeS }) => timeS);
  const spanS = Math.max(...times) - Math.min(...times);
  if (new Set(times).size < POINTS_MIN)
    return { reason: `A history of ${new Set(times).size} days can't tell growth from noise: it needs ${POINTS_MIN} at least.` };
  if (spanS < SPAN_MIN_S)
    return { reason: `A history of ${Math.round(spanS / DAY_S)} days says nothing of a month: it needs ${SPAN_MIN_S / DAY_S} at least.` };
  // From the first of them on: of users that stay, logarithms and slope are 0 then, and not what floating point leaves.
  const [first = Number.NaN] = history.map(({ users }) => users);
  const { slope, slopeVariance, t } = lineThrough(history.map(({ timeS, users }) => [timeS / MONTH_S, Math.log(users / first)]));
  if (Math.expm1(slope) > GROWTH_MAX) {
    const perMonth = figure(100 * Math.expm1(slope));
    return { reason: `The history grows by ${perMonth} % a month, which nothing does for long: state what it will settle at.` };
  }
  const half = t * Math.sqrt(slopeVariance);
  return { perMonth: Math.expm1(slope), ci95: [Math.expm1(slope - half), Math.expm1(slope + half)] };
}

/** How many there are after so long. */
export const grownUsers = (users: number, perMonth: number, forS: number): number => users * (1 + perMonth) ** (forS / MONTH_S);

/** When so many users are there, in epoch seconds: Infinity where growth never brings them, `nowS` where they are there already. */
export function reachedAt({ nowS, users, perMonth }: { nowS: number; users: number; perMonth: number }, limitUsers: number): number {
  if (users >= limitUsers) return nowS;
  return perMonth > 0 ? nowS + (Math.log(limitUsers / users) / Math.log1p(perMonth)) * MONTH_S : Number.POSITIVE_INFINITY;
}

/** `8%/month`, `100%/year`, `0.5 %/week`: compounded to a month. Null where it is none. */
export function parseGrowth(text: string): number | null {
  const [, amount = '', unit = ''] = /^\s*([+-]?\d+(?:\.\d+)?)\s*%\s*\/\s*(day|week|month|year)\s*$/.exec(text) ?? [];
  const unitS = { day: DAY_S, week: 7 * DAY_S, month: MONTH_S, year: 12 * MONTH_S }[unit];
  const share = Number(amount) / 100;
  if (unitS === undefined || !(share > -1)) return null;
  return Math.expm1((Math.log1p(share) * MONTH_S) / unitS);
}
