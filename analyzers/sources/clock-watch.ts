import type { SourceGap } from '../contract.ts';
import { type Middleware, type Watchable, watchAttempts } from './middleware.ts';

/** Sees by the `Date` of AWS's answers how its clock and this machine's differ. The SDK itself looks only for what makes a signature invalid, five minutes. */
export interface ClockWatch {
  /** Looks at all answers that a client gets from now on, errors among them. */
  watch(client: Watchable): void;
  /** How far AWS's clock is ahead of this machine's, by the quickest answer so far; null before the first. */
  aheadMs(): number | null;
}

/** `Date` is in whole seconds: half of one is right on average. */
const HALF_A_SECOND_MS = 500;

/** @param now epoch milliseconds of this machine */
export function createClockWatch(now: () => number): ClockWatch {
  let quickest: { tookMs: number; aheadMs: number } | null = null;
  const middleware: Middleware = (next) => async (args) => {
    const sentMs = now();
    const result = await next(args);
    const [dateMs, tookMs] = [dateOf(result.response), now() - sentMs];
    if (!Number.isNaN(dateMs) && (quickest === null || tookMs < quickest.tookMs))
      quickest = { tookMs, aheadMs: dateMs + HALF_A_SECOND_MS - (sentMs + tookMs / 2) };
    return result;
  };
  return {
    watch: (client) => watchAttempts(client, 'clockWatch', middleware),
    aheadMs: () => quickest?.aheadMs ?? null,
  };
}

const dateOf = (response: unknown): number => Date.parse((Object(response) as { headers?: { date?: string } }).headers?.date ?? '');

/** Guess: an answer that took seconds tells the time to seconds only, and less than this moves nothing by a period of CloudWatch's. */
const OFF_MIN_MS = 5000;
export const isClockOff = (aheadMs: number): boolean => Math.abs(aheadMs) >= OFF_MIN_MS;

/** @example clockWords(600) // "10 min behind AWS's" */
export function clockWords(aheadS: number): string {
  const offS = Math.abs(aheadS);
  const amount = offS < 120 ? `${Math.round(offS)} s` : `${Math.round(offS / 60)} min`;
  return `${amount} ${aheadS > 0 ? 'behind' : 'ahead of'} AWS's`;
}

export const SET_CLOCK = "Set this machine's clock (NTP).";

/** By how much times of this machine have to be moved to be AWS's; null where that is not known. Whole, so that periods stay whole seconds. */
export function clockAheadS(clients: { clockAheadMs(): number | null }): number | null {
  const aheadMs = clients.clockAheadMs();
  if (aheadMs === null) return null;
  return isClockOff(aheadMs) ? Math.round(aheadMs / 1000) : 0;
}

export function clockGaps(aheadS: number): SourceGap[] {
  if (aheadS === 0) return [];
  const reason = `this machine's clock was ${clockWords(aheadS)}: the run's time was looked up by AWS's clock, and what it says is told by this machine's`;
  return [{ source: 'cloudwatch', reason, next: SET_CLOCK }];
}
