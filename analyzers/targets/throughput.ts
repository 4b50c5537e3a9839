import type { Client, Plan } from '../contract.ts';
import { meanOf } from '../models/histogram.ts';
import { type Interval, ratioInterval } from '../models/intervals.ts';
import { total } from '../series.ts';
import { figure, plural } from '../words.ts';
import {
  CONFIDENCE,
  inconclusive,
  loadDoubt,
  reaching,
  type Sample,
  type TargetInput,
  type TargetJudge,
  withoutSteadyState,
} from './target.ts';

/** Requests per second that succeeded, over the window: a service that answers with errors carries nothing. The interval is by batch means. */
export const throughput: TargetJudge = {
  id: 'throughput',
  unit: 'requests/s',
  outOfReach,
  judge(limit, input) {
    const { sample, client } = input;
    if (sample.requests === 0) return inconclusive('no request was measured', 0);
    const { value, interval } = throughputOf(sample, client);
    if (interval === null) return inconclusive('the window is too short for an interval', value);
    const position = reaching(interval, limit);
    if (position !== 'met') {
      const doubt = loadDoubt(input);
      if (doubt !== null) return inconclusive(doubt, value, interval);
      const untested = everythingCarried(input, value) ?? mostlyThinking(input, limit);
      if (untested !== null) return { value, interval, verdict: 'skipped', reason: untested };
    }
    if (!input.window.steady) return withoutSteadyState(input.window, position, { value, interval });
    if (position === 'undecided') {
      const within = `the limit lies within the interval, ${figure(interval[0])} to ${figure(interval[1])} requests/s`;
      return inconclusive(`${within}: a longer run narrows it`, value, interval);
    }
    return { value, interval, verdict: position === 'met' ? 'pass' : 'fail' };
  },
};

/** Users who think between requests make users / think time of them per second, were every answer instant, and fewer otherwise. */
function outOfReach(limit: number, { load, thinkTimeS }: Plan): string | null {
  if (load.model !== 'closed' || thinkTimeS === null || thinkTimeS <= 0) return null;
  const offered = load.usersMax / thinkTimeS;
  if (offered >= limit) return null;
  return `${plural(load.usersMax, 'user')} with ${figure(thinkTimeS)} s of think time make ${figure(offered)} requests/s, were every answer instant`;
}

/** Requests per second; without an interval where the window is too short for one. */
export function throughputOf(
  { slots: { succeeded }, seconds }: Sample,
  { periodS }: Pick<Client, 'periodS'>,
): { value: number; interval: Interval | null } {
  const interval = ratioInterval(
    succeeded,
    succeeded.map(() => periodS),
    CONFIDENCE,
  );
  return { value: total(succeeded) / seconds, interval: interval && [Math.max(0, interval[0]), interval[1]] };
}

/** A session that fails early makes fewer requests, so with more failures than this the load may have shrunk itself. Guess: tune. */
const FAILED_SHARE_MAX = 0.01;
/** The last arrivals of a run are still under way when it ends. Guess: tune. */
const FINISHED_SHARE_MIN = 0.9;

/**
 * An open load is offered by the plan, not by the service: one that is steady or has finished what arrived, drops no arrival and fails next to none
 * has carried all it was asked for, and the limit was not put to the test. Null where that cannot be said.
 */
function everythingCarried(input: TargetInput, value: number): string | null {
  const { plan, client, window, sample } = input;
  if (plan.load.model !== 'open' || sample.errors > FAILED_SHARE_MAX * sample.requests) return null;
  if (!window.steady && total(client.iterations) < FINISHED_SHARE_MIN * arrivalsOf(plan)) return null;
  return `all of ${figure(plan.load.ratePerS)} arrivals/s were carried, and they make only ${figure(value)} requests/s`;
}

/**
 * Where a script declares no think time, it follows from what was measured, by the interactive response time law: N users who make X requests/s of
 * R seconds each spend Z = N/X − R between two requests, and make N/Z of them were every answer instant. Null when that reaches the limit, and where
 * requests overlap, so that Z is not positive. Source: Lazowska et al. 1984, Quantitative System Performance, ch. 3.
 */
function mostlyThinking(input: TargetInput, limit: number): string | null {
  const { plan, sample, window } = input;
  if (plan.load.model !== 'closed' || plan.thinkTimeS !== null || !window.steady) return null;
  if (sample.errors > FAILED_SHARE_MAX * sample.requests) return null;
  const meanS = sample.latency === null ? null : meanOf(sample.latency);
  if (meanS === null) return null;
  const thinkS = plan.load.usersMax / (sample.requests / sample.seconds) - meanS;
  const offered = plan.load.usersMax / thinkS;
  if (thinkS <= 0 || offered >= limit) return null;
  return `${plural(plan.load.usersMax, 'user')} spent ${figure(thinkS)} s between two requests, and make ${figure(offered)} requests/s, were every answer instant`;
}

/** Planned arrivals: the area below the stages. */
const arrivalsOf = ({ stages }: Plan): number =>
  stages.reduce((sum, { fromS, toS, fromLevel, toLevel }) => sum + ((fromLevel + toLevel) / 2) * (toS - fromS), 0);
