import type { Client, EndpointSummary, Histogram, LatencyMs, Report, TrendSummary } from './contract.ts';
import { meanOf, mergeHistograms, quantile, upperBoundOf } from './models/histogram.ts';
import { executedS, total } from './series.ts';

/** Figures of the whole run, ramps included: what was done to the system, where targets are judged on the window. */

const MS_PER_S = 1000;

/** Where requests beyond the cap on distinct names are gathered (see `client.overflow`). */
export const OTHER = 'other';

const EMPTY_LATENCY: LatencyMs = { avg: null, p50: null, p90: null, p95: null, p99: null, max: null };

export const EMPTY_SUMMARY: Report['summary'] = {
  requests: null,
  errors: null,
  errorRate: null,
  requestsPerS: null,
  latencyMs: EMPTY_LATENCY,
  droppedIterations: null,
  iterations: null,
};

/** `latencyMs.max` is k6's exact one where it is known. */
export function summarize(client: Client, endpoints: readonly EndpointSummary[], all: Histogram | null): Report['summary'] {
  const requests = endpoints.reduce((sum, endpoint) => sum + endpoint.requests, 0);
  const errors = endpoints.reduce((sum, endpoint) => sum + endpoint.errors, 0);
  const latencyMs = latencyOf(all);
  const exactMax = client.exact?.latencyMs?.max;
  return {
    requests,
    errors,
    errorRate: share(errors, requests),
    requestsPerS: share(requests, executedS(client)),
    latencyMs: exactMax !== undefined && Number.isFinite(exactMax) ? { ...latencyMs, max: exactMax } : latencyMs,
    droppedIterations: total(client.droppedIterations),
    iterations: total(client.iterations),
  };
}

/** One row for each endpoint, the busiest first and `other` last, with the histogram of all its requests. */
export function summarizeEndpoints(client: Client): { summaries: EndpointSummary[]; all: Histogram | null } {
  const seconds = executedS(client);
  const rows = client.endpoints.map((endpoint) => {
    const latency = mergeHistograms(endpoint.latencyS);
    const requests = total(endpoint.requests);
    const errors = total(endpoint.errors);
    const summary: EndpointSummary = {
      name: endpoint.name,
      requests,
      errors,
      errorRate: share(errors, requests),
      requestsPerS: share(requests, seconds),
      latencyMs: latencyOf(latency),
    };
    return { latency, summary };
  });
  const summaries = rows.map(({ summary }) => summary);
  summaries.sort((a, b) => Number(a.name === OTHER) - Number(b.name === OTHER) || b.requests - a.requests);
  return { summaries, all: mergeHistograms(rows.map(({ latency }) => latency)) };
}

export function summarizeTrends(client: Client): TrendSummary[] {
  return client.trends.map(({ name, unit, slots }) => {
    const histogram = mergeHistograms(slots);
    const scale = unit === 's' ? MS_PER_S : 1;
    const at = (q: number): number | null => scaled(histogram && quantile(histogram, q), scale);
    return {
      name,
      unit: unit === 's' ? 'ms' : unit,
      count: histogram?.count ?? 0,
      avg: scaled(histogram && meanOf(histogram), scale),
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
    };
  });
}

export const summarizeCounters = (client: Client): Report['counters'] =>
  client.counters.map(({ name, slots }) => ({ name, total: total(slots) }));

/** In milliseconds, from a histogram in seconds. Quantiles are right within half a bucket, ±4.4 % with k6's. */
function latencyOf(histogram: Histogram | null): LatencyMs {
  if (histogram === null || histogram.count === 0) return EMPTY_LATENCY;
  const at = (q: number): number | null => scaled(quantile(histogram, q), MS_PER_S);
  return {
    avg: scaled(meanOf(histogram), MS_PER_S),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: scaled(upperBoundOf(histogram), MS_PER_S),
  };
}

const scaled = (value: number | null, scale: number): number | null => (value === null ? null : value * scale);

/** Null where there is nothing to divide by. */
const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
