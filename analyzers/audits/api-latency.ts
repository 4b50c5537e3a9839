import type { Audit } from '../contract.ts';
import { ofEach, PLATFORM_NEEDS, type PlatformNeed, type Said } from '../platform-audit.ts';
import { highest, type Name, type Stretch, weightedMean } from '../platform-series.ts';
import { figure } from '../words.ts';

/** API Gateway's own part is some milliseconds: more is an authorizer, a mapping, or its cache. Guess: tune. */
const OVERHEAD_MS_MAX = 100;

export const apiLatency: Audit<PlatformNeed> = {
  id: 'api-latency',
  question: 'How much of its latency is the API itself, and how much what it calls?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('api-latency', ['apigateway', 'apigatewayv2'], inputs, ({ node }, stretch) => {
      const meanMs = meanOf(node, 'Latency', stretch);
      const behindMs = meanOf(node, 'IntegrationLatency', stretch);
      if (meanMs === null || behindMs === null) return [];
      const overheadMs = Math.max(0, meanMs - behindMs);
      const p95Ms = highest(stretch, [node, 'Latency', 'p95']);
      const limitMs = inputs.plan.limits.find(({ id }) => id === 'latency-p95')?.limit ?? null;
      const evidence = [
        { what: 'Latency, mean', value: meanMs, unit: 'ms' },
        { what: 'IntegrationLatency, mean', value: behindMs, unit: 'ms' },
        { what: 'Latency, p95 of the worst period', value: p95Ms, unit: 'ms', ...(limitMs !== null && { limit: limitMs }) },
        { what: 'IntegrationLatency, p95 of the worst period', value: highest(stretch, [node, 'IntegrationLatency', 'p95']), unit: 'ms' },
      ];
      if (overheadMs > OVERHEAD_MS_MAX) return overhead(node, overheadMs, evidence);
      if (limitMs === null || p95Ms === null || p95Ms < limitMs) return [];
      return {
        // The latency targets judge; this says where to look.
        verdict: 'pass',
        severity: 'medium',
        title: `${node} took ${figure(p95Ms)} ms at the 95th percentile of its worst period; ${figure(Math.floor((100 * behindMs) / meanMs))} % of its time is what it calls`,
        why: 'Latency less IntegrationLatency is the time of API Gateway itself.',
        evidence,
        next: 'Look at the functions behind it: their durations, cold starts, throttles and what they call.',
      };
    }),
};

const meanOf = (node: string, metric: string, stretch: Stretch): number | null => {
  const name: Name = [node, metric, 'Average'];
  return weightedMean(stretch, name, [node, 'Count', 'Sum']);
};

const overhead = (node: string, overheadMs: number, evidence: Said['evidence']): Said => ({
  verdict: 'warn',
  severity: 'medium',
  title: `${node} itself takes ${figure(overheadMs)} ms of each request, beside what it calls`,
  why: 'API Gateway adds some milliseconds. More is an authorizer that is asked each time, a mapping of large bodies, or requests that wait to be throttled.',
  evidence: [...evidence, { what: 'Latency less IntegrationLatency, mean', value: overheadMs, limit: OVERHEAD_MS_MAX, unit: 'ms' }],
  next: `Turn on the result cache of the authorizer of ${node} (authorizerResultTtlInSeconds 300), and keep its function warm and small.`,
  effect: `Up to ${figure(overheadMs)} ms less for every request.`,
});
