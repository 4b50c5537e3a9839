import type { Client, ExactSummary, Plan, Target, TargetId } from '../contract.ts';

export type Threshold = ExactSummary['thresholds'][number];

/** The k6 thresholds behind the limits that loadkit judges on the steady window; the config reader has the same table. */
const STANDARD: readonly { id: TargetId; metric: string; aggregate: string }[] = [
  { id: 'latency-avg', metric: 'http_req_duration', aggregate: 'avg' },
  { id: 'latency-p95', metric: 'http_req_duration', aggregate: 'p(95)' },
  { id: 'error-rate', metric: 'http_req_failed', aggregate: 'rate' },
];

/** `p(95)<2000`: k6's grammar, internal to its metrics/thresholds_parser.go. */
const EXPRESSION = /^\s*([a-z]+(?:\(\d+(?:\.\d+)?\))?)\s*(<=|>=|===?|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

/**
 * The limit of the plan that a threshold stands for, or null when it is one of the script's own: another metric, a tag filter such as
 * `http_req_duration{name:login}`, another statistic, a lower bound, or another figure.
 */
export function standardLimit(threshold: Threshold, plan: Plan): TargetId | null {
  const [, aggregate, operator, bound] = EXPRESSION.exec(threshold.expression) ?? [];
  const standard = STANDARD.find((entry) => entry.metric === threshold.metric && entry.aggregate === aggregate?.replace(/\.0+(?=\))/, ''));
  if (standard === undefined || !operator?.startsWith('<')) return null;
  return plan.limits.some(({ id, limit }) => id === standard.id && limit === Number(bound)) ? standard.id : null;
}

/** A target for each threshold that only k6 can judge: k6's word over the whole run, except that no samples is no pass. */
export function thresholdTargets(plan: Plan, client: Client): Target[] {
  const own = (client.exact?.thresholds ?? []).filter((threshold) => standardLimit(threshold, plan) === null);
  return own.map((threshold): Target => {
    const bound = Number(EXPRESSION.exec(threshold.expression)?.[3]);
    const target = {
      id: `k6:${threshold.metric}:${threshold.expression}`,
      limit: Number.isFinite(bound) ? bound : null,
      value: null,
      unit: '',
      interval: null,
    };
    if (!threshold.samples)
      return { ...target, verdict: 'inconclusive', reason: `no sample of ${threshold.metric} was taken, which k6 lets pass` };
    const reason = 'judged by k6 over the whole run';
    return { ...target, verdict: threshold.ok ? 'pass' : 'fail', reason };
  });
}
