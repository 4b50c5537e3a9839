import type { Histogram } from '../analyzers/contract.ts';
import { histogramOf, mergeHistograms } from '../analyzers/models/histogram.ts';
import { randomSource } from '../analyzers/models/random.ts';
import { encodePush } from '../tests/remote-write.ts';

const ENDPOINTS = 40;
export const REQUESTS_PER_S = 216;
const PHASES = ['duration', 'blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'];

/**
 * What k6 would push in a run of `mixed` with 1,000 users, second by second, without k6: cumulative native histograms for the seven phases of a request,
 * log-normal latencies from a seed, so that every replay is the same.
 *
 * @yields the body of one push a second, for `seconds` seconds from `startMs`
 */
export function* pushes(seconds: number, startMs: number): Generator<Buffer> {
  const random = randomSource(7);
  const cumulative: (Histogram | null)[] = Array.from({ length: ENDPOINTS }, () => null);
  for (let second = 1; second <= seconds; second += 1) {
    const latenciesS: number[][] = Array.from({ length: ENDPOINTS }, () => []);
    for (let n = 0; n < REQUESTS_PER_S; n += 1) {
      // Squaring gives the first endpoints most of the traffic.
      latenciesS[Math.floor(ENDPOINTS * random.uniform() ** 2)]?.push(0.01 * Math.exp(0.6 * random.normal()));
    }
    const timeMs = startMs + second * 1000;
    const trends = latenciesS.flatMap((values, endpoint) => {
      const value = mergeHistograms([cumulative[endpoint] ?? null, values.length > 0 ? histogramOf(values) : null]);
      cumulative[endpoint] = value;
      if (value === null) return [];
      const labels = { expected_response: 'true', method: 'GET', name: `GET /r${endpoint}`, status: '200' };
      return PHASES.map((phase) => ({ metric: `k6_http_req_${phase}_seconds`, labels, timeMs, value }));
    });
    yield encodePush([...trends, { metric: 'k6_vus', timeMs, value: 1000 }, { metric: 'k6_iterations_total', timeMs, value: 5 * second }]);
  }
}
