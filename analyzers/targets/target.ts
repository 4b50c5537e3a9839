import type { Client, GeneratorSummary, Histogram, Missing, Plan, Target, TargetId, Window } from '../contract.ts';
import { isMissing } from '../contract.ts';
import type { Interval } from '../models/intervals.ts';
import { latencyIn, type RunSeries, type SlotRange, slotsWithin, total } from '../series.ts';
import { duration, plural } from '../words.ts';

/** Of intervals, and one-sided of "how many requests does it take". The field's habit. */
export const CONFIDENCE = 0.95;

/** One limit of the contract: what it measures, and when it is met. A flat object, one file each. */
export interface TargetJudge {
  id: TargetId;
  unit: 'ms' | 'ratio' | 'requests/s';
  /** Why the plan cannot reach the limit by construction, or null. Asked before any data are looked at. */
  outOfReach?(limit: number, plan: Plan): string | null;
  judge(limit: number, input: TargetInput): Judged;
}

export type Judged = Pick<Target, 'value' | 'interval' | 'verdict' | 'reason' | 'settledInS'>;

export interface TargetInput {
  plan: Plan;
  client: Client;
  window: Window;
  generatorHealth: GeneratorSummary | Missing;
  /** What was measured in the window. */
  sample: Sample;
  /** What was counted at full load, of which the window is the settled part. */
  fullLoad: Pick<Sample, 'seconds' | 'requests' | 'errors'>;
}

export interface Sample {
  seconds: number;
  requests: number;
  errors: number;
  /** Durations of all requests in seconds. */
  latency: Histogram | null;
  /** The window's slots, one entry each. */
  slots: Pick<RunSeries, 'succeeded' | 'latencySumS' | 'latencyCount'>;
}

export function sampleOf(client: Client, series: RunSeries, window: Window): Sample {
  const range: SlotRange = slotsWithin(client, window.fromS, window.toS);
  const within = (values: readonly number[]): number[] => values.slice(range.from, range.to);
  return {
    ...countsIn(client, series, range),
    latency: latencyIn(client, range),
    slots: {
      succeeded: within(series.succeeded),
      latencySumS: within(series.latencySumS),
      latencyCount: within(series.latencyCount),
    },
  };
}

export const countsIn = (client: Client, series: RunSeries, range: SlotRange): TargetInput['fullLoad'] => ({
  seconds: (range.to - range.from) * client.periodS,
  requests: total(series.requests, range),
  errors: total(series.errors, range),
});

/** Where an interval lies beside its limit. */
export type Position = 'met' | 'missed' | 'undecided';

/** For a value that has to stay below its limit. */
export function below([lo, hi]: Interval, limit: number): Position {
  if (hi < limit) return 'met';
  return lo >= limit ? 'missed' : 'undecided';
}

/** For a value that has to reach its limit. */
export function reaching([lo, hi]: Interval, limit: number): Position {
  if (lo >= limit) return 'met';
  return hi < limit ? 'missed' : 'undecided';
}

export const inconclusive = (reason: string, value: number | null = null, interval: Interval | null = null): Judged => ({
  value,
  interval,
  verdict: 'inconclusive',
  reason,
});

/** What keeps a latency from being judged at all, whatever its value; null when nothing does. */
export function latencyDoubt(input: TargetInput): string | null {
  const { sample } = input;
  if (sample.latency === null || sample.latency.count === 0) return 'no request was measured';
  if (sample.errors >= sample.requests) return 'no request succeeded, and a refused one takes no time';
  return loadDoubt(input);
}

/** Why the load may not have been what the plan says, through no fault of the target's; null when nothing says so. */
export function loadDoubt({ plan, client, generatorHealth }: TargetInput): string | null {
  if (plan.load.model === 'open') {
    const dropped = total(client.droppedIterations);
    if (dropped > 0) return `${plural(dropped, 'arrival')} never got to send: the slowest requests are missing`;
  }
  if (!isMissing(generatorHealth) && generatorHealth.saturated === true)
    return `the load generator was saturated: ${generatorHealth.reason}`;
  return null;
}

/** A value without a steady state speaks for its own stretch only: it may show a miss, and never that the limit is met. */
export function withoutSteadyState(window: Window, position: Position, judged: { value: number; interval: Interval }): Judged {
  if (position === 'missed') return { ...judged, verdict: 'fail' };
  return inconclusive(`no steady state: ${window.reason}`, judged.value, judged.interval);
}

/** What would settle a limit within its interval. */
export interface Settlement {
  text: string;
  /** How long it takes at this rate; left out where no time would do. */
  settledInS?: number;
}

/** By how many requests of the same. Null: no number would. */
export function settlement(needed: number | null, requestsPerS: number): Settlement {
  if (needed === null) return { text: 'no number of requests would settle it' };
  if (!(requestsPerS > 0)) return { text: `about ${plural(needed, 'request')} would settle it` };
  const settledInS = needed / requestsPerS;
  return { text: `about ${plural(needed, 'request')}, ${duration(settledInS)} of this load, would settle it`, settledInS };
}

/** @param what is so, and why that decides nothing */
export const undecided = (what: string, { text, ...time }: Settlement, value: number, interval: Interval): Judged => ({
  ...inconclusive(`${what}: ${text}`, value, interval),
  ...time,
});
