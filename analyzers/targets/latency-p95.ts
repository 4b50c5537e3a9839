import type { Histogram } from '../contract.ts';
import { quantile, quantileInterval } from '../models/histogram.ts';
import { type Interval, trialsToClaim } from '../models/intervals.ts';
import { figure, plural } from '../words.ts';
import {
  below,
  CONFIDENCE,
  inconclusive,
  type Judged,
  latencyDoubt,
  type TargetInput,
  type TargetJudge,
  withoutSteadyState,
} from './target.ts';

const QUANTILE = 0.95;

/**
 * 95th percentile of all requests' durations, from the window's merged histogram; its interval is of order statistics, widened to bucket
 * edges. Where the limit falls into that, k6's exact value over the whole run decides, and is the value: a miss beside a value that meets the limit
 * would puzzle a reader.
 */
export const latencyP95: TargetJudge = {
  id: 'latency-p95',
  unit: 'ms',
  judge(limit, input) {
    const { latency } = input.sample;
    if (latency === null || latency.count === 0) return inconclusive('no request was measured');
    const value = 1000 * (quantile(latency, QUANTILE) ?? 0);
    const interval = intervalMs(latency);
    const doubt = latencyDoubt(input);
    if (doubt !== null) return inconclusive(doubt, value, interval);
    if (interval === null) return inconclusive(tooFew(latency.count), value);
    const position = below(interval, limit);
    if (!input.window.steady) return withoutSteadyState(input.window, position, { value, interval });
    if (position === 'undecided') return byExactValue(limit, value, interval, input);
    return { value, interval, verdict: position === 'met' ? 'pass' : 'fail' };
  },
};

/**
 * Equal tails of 2½ % need 72 requests. From 59 on the two one-sided 95 % bounds exist, and a verdict leans on one of them only.
 */
function intervalMs(latency: Histogram): Interval | null {
  const interval = quantileInterval(latency, QUANTILE, CONFIDENCE) ?? quantileInterval(latency, QUANTILE, 2 * CONFIDENCE - 1);
  return interval && [1000 * interval[0], 1000 * interval[1]];
}

function tooFew(requests: number): string {
  return `a 95th percentile takes ${plural(trialsToClaim(QUANTILE, CONFIDENCE), 'request')}, there were ${figure(requests)}`;
}

function byExactValue(limit: number, value: number, interval: Interval, { client }: TargetInput): Judged {
  const exact = client.exact?.latencyMs?.p95 ?? Number.NaN;
  const within = `the limit lies within the interval, ${figure(interval[0])} to ${figure(interval[1])} ms`;
  if (!Number.isFinite(exact)) return inconclusive(`${within}, and k6's exact value is missing: a longer run narrows it`, value, interval);
  const met = exact < limit;
  const reason = `${within}: k6's exact value over the whole run, ${figure(exact)} ms, ${met ? 'meets' : 'misses'} it`;
  return { value: exact, interval, verdict: met ? 'warn' : 'fail', reason };
}
