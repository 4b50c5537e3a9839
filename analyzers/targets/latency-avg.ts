import { type Interval, ratioInterval } from '../models/intervals.ts';
import { total } from '../series.ts';
import { figure } from '../words.ts';
import {
  below,
  CONFIDENCE,
  inconclusive,
  type Judged,
  latencyDoubt,
  type Sample,
  settlement,
  type TargetJudge,
  undecided,
  withoutSteadyState,
} from './target.ts';

/** Mean duration of all requests, as k6's `http_req_duration` has it. Sums and counts are exact; the interval is by batch means. */
export const latencyAvg: TargetJudge = {
  id: 'latency-avg',
  unit: 'ms',
  judge(limit, input) {
    const measured = measure(input.sample);
    if (measured === null) return inconclusive(latencyDoubt(input) ?? 'no request was measured');
    const { value, interval } = measured;
    const doubt = latencyDoubt(input);
    if (doubt !== null) return inconclusive(doubt, value, interval);
    if (interval === null) return inconclusive('the window is too short for an interval', value);
    const position = below(interval, limit);
    if (!input.window.steady) return withoutSteadyState(input.window, position, { value, interval });
    if (position === 'undecided') return leftOpen(value, interval, limit, input.sample);
    return { value, interval, verdict: position === 'met' ? 'pass' : 'fail' };
  },
};

function measure({ slots }: Sample): { value: number; interval: Interval | null } | null {
  const count = total(slots.latencyCount);
  if (count === 0) return null;
  const interval = ratioInterval(slots.latencySumS, slots.latencyCount, CONFIDENCE);
  return {
    value: (1000 * total(slots.latencySumS)) / count,
    interval: interval && [Math.max(0, 1000 * interval[0]), 1000 * interval[1]],
  };
}

function leftOpen(value: number, interval: Interval, limit: number, { requests, seconds }: Sample): Judged {
  const within = `the limit lies within the interval, ${figure(interval[0])} to ${figure(interval[1])} ms`;
  return undecided(within, settlement(requestsToSettle(value, interval, limit, requests), requests / seconds), value, interval);
}

/** An interval of a mean shrinks with the square root of the data. Null where the mean lies on the limit. */
function requestsToSettle(value: number, [lo, hi]: Interval, limit: number, requests: number): number | null {
  const factor = ((hi - lo) / 2 / Math.abs(value - limit)) ** 2;
  return Number.isFinite(factor) ? Math.ceil(requests * factor) : null;
}
