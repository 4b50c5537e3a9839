import type { Audit, Client, EndpointSeries, Finding } from '../contract.ts';
import { mergeHistograms, quantile } from '../models/histogram.ts';
import { trialsToClaim } from '../models/intervals.ts';
import { figure } from '../words.ts';

/** A log-normal service with the wide spread of σ = 1 has a p99 of e^2.33 ≈ 10 times its median: beyond that, a second cause is at work. Guess: tune. */
const RATIO_MAX = 10;
/** A tail that ends below what a player notices is of no concern (Nielsen 1993: 0.1 s feels instant). */
const NOTICEABLE_S = 0.1;
/** Requests of one session, for the sum in `why`. Guess: tune. */
const SESSION_REQUESTS = 50;
const QUANTILE = 0.99;
const ENDPOINTS_MAX = 5;

interface Tail {
  name: string;
  p50S: number;
  p99S: number;
}

export const latencyTail: Audit<'client'> = {
  id: 'latency-tail',
  question: 'Are a few requests far slower than the rest?',
  needs: ['client'],
  audit({ client }) {
    const long = tailsOf(client)
      .filter(({ p50S, p99S }) => p99S > RATIO_MAX * p50S && p99S > NOTICEABLE_S)
      .toSorted((a, b) => b.p99S / b.p50S - a.p99S / a.p50S);
    const [worst] = long;
    return worst === undefined ? [] : finding(worst, long);
  },
};

function tailsOf(client: Client): Tail[] {
  return client.endpoints.flatMap((endpoint) => tailOf(endpoint) ?? []);
}

function tailOf({ name, latencyS }: EndpointSeries): Tail | null {
  const latency = mergeHistograms(latencyS);
  if (latency === null || latency.count < trialsToClaim(QUANTILE, 0.95)) return null;
  const p50S = quantile(latency, 0.5) ?? 0;
  const p99S = quantile(latency, QUANTILE) ?? 0;
  return p50S > 0 ? { name, p50S, p99S } : null;
}

function finding(worst: Tail, long: readonly Tail[]): Finding {
  const share = 1 - QUANTILE ** SESSION_REQUESTS;
  return {
    id: 'latency-tail',
    // Percentile targets judge; this explains.
    verdict: 'pass',
    severity: 'low',
    title: `1 request in 100 of ${worst.name} takes ${figure(worst.p99S / worst.p50S)} times the median`,
    why: `Averages hide it and players do not: of sessions with ${SESSION_REQUESTS} requests, ${figure(100 * share)} % meet such a one (Dean & Barroso 2013, "The Tail at Scale").`,
    evidence: long.slice(0, ENDPOINTS_MAX).flatMap(({ name, p50S, p99S }) => [
      { what: `${name}, median`, value: 1000 * p50S, unit: 'ms' },
      { what: `${name}, 99th percentile`, value: 1000 * p99S, unit: 'ms' },
    ]),
    effect: `With a 99th percentile of ${figure(RATIO_MAX)} times the median, the slowest request in 100 would take ${figure(1000 * (worst.p99S - RATIO_MAX * worst.p50S))} ms less.`,
    next: 'Look for what only some requests meet: cold starts, retries, garbage collection, locks, cache misses.',
  };
}
