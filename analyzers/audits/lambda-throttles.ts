import type { Audit, Evidence, Resource } from '../contract.ts';
import { type Reservation, reservationFor } from '../lambda-capacity.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed, type Said } from '../platform-audit.ts';
import { type Name, type Stretch, sinceAt, total, wholeStretch } from '../platform-series.ts';
import { unreadOf } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** From one invocation in a hundred on, players feel it: the error target of the game. Guess: tune. */
const HIGH_SHARE = 0.01;

export const lambdaThrottles: Audit<PlatformNeed> = {
  id: 'lambda-throttles',
  question: 'Were invocations of Lambda functions throttled?',
  needs: PLATFORM_NEEDS,
  audit(inputs) {
    const whole = wholeStretch(inputs.platform, inputs.window, inputs.client, unreadOf(inputs.inventory));
    return ofEach('lambda-throttles', ['lambda'], inputs, (resource, stretch) => {
      const throttled: Name = [resource.node, 'Throttles', 'Sum'];
      const throttles = total(stretch, throttled) ?? 0;
      if (throttles === 0) return [];
      const since = sinceAt(stretch, throttled, 1);
      const said = finding(resource, stretch, reservationFor(resource.node, whole), began(inputs, since));
      return { ...said, limiter: { node: resource.node, resource: 'concurrency', harm: 'refuses', since } };
    });
  },
};

function finding({ node, limits }: Resource, stretch: Stretch, need: Reservation | null, since: Evidence[]): Said {
  const throttles = total(stretch, [node, 'Throttles', 'Sum']) ?? 0;
  // A throttled invocation counts as no invocation: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  const arrivals = throttles + (total(stretch, [node, 'Invocations', 'Sum']) ?? 0);
  const share = throttles / arrivals;
  const reserved = limits.reservedConcurrency;
  return {
    verdict: 'warn',
    severity: share >= HIGH_SHARE ? 'critical' : 'high',
    title: `${node} was throttled: ${plural(throttles, 'invocation')} of ${figure(arrivals)} (${percent(share)}) refused${atLimit(reserved)}`,
    why: 'Lambda refuses what comes while a function runs at its concurrency limit. API Gateway answers 500 or 429 for it, and queues try again later.',
    evidence: [
      { what: 'Throttles', value: throttles, limit: 0, unit: 'invocations' },
      { what: 'share of arrivals', value: share, unit: 'ratio' },
      { what: 'reserved concurrency', value: reserved ?? (reserved === null ? 'none' : null) },
      ...(need === null
        ? []
        : [
            { what: 'arrivals in the busiest period', value: need.arrivalsPerS, unit: 'invocations/s' },
            { what: 'mean duration', value: need.durationMs, unit: 'ms' },
            { what: "concurrency that these need (Little's law), mean", value: need.mean },
            { what: 'ConcurrentExecutions, most', value: need.peak },
          ]),
      ...since,
    ],
    next: adviceOn(node, limits, need),
    effect: 'Throttles go to 0, and the errors with them. What the function calls gets that much more to do: look at its limits too.',
  };
}

const atLimit = (reserved: number | null | undefined): string =>
  typeof reserved === 'number' ? ` at a reserved concurrency of ${figure(reserved)}` : '';

function adviceOn(node: string, { reservedConcurrency, accountConcurrency }: Resource['limits'], need: Reservation | null): string {
  if (reservedConcurrency === undefined) {
    return `Allow lambda:GetFunctionConcurrency and lambda:GetAccountSettings: without them it is unknown whether ${node} ran into its own limit or the account's.${need === null ? '' : ` It needs ${figure(need.enough)} concurrent executions.`}`;
  }
  if (reservedConcurrency === 0) return `Remove the reserved concurrency of 0 from ${node}: it switches the function off.`;
  if (reservedConcurrency !== null) {
    if (need === null) return `Raise the reserved concurrency of ${node}, or remove it. Nothing ran that would tell by how much.`;
    const value = Math.max(need.enough, reservedConcurrency + 1);
    return `Set the reserved concurrency of ${node} to ${figure(value)} (now ${figure(reservedConcurrency)}), or remove it: ${figure(need.arrivalsPerS)} invocations/s of ${figure(need.durationMs)} ms keep ${figure(need.mean)} busy in the mean. Where they come at random, it refuses next to none; where in bursts larger than this run's, more.`;
  }
  const account = accountConcurrency === null || accountConcurrency === undefined ? '' : ` (now ${figure(accountConcurrency)})`;
  return `${node} has no reserved concurrency, so the account's limit${account} or its scaling rate (1,000 executions in 10 s) was reached. Ask for a higher "Concurrent executions" quota, and shorten the longest functions.`;
}
