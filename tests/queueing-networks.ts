import type { LoadStep } from '../analyzers/capacity/load-step.ts';
import { ratioInterval } from '../analyzers/models/intervals.ts';
import { randomSource } from '../analyzers/models/random.ts';
import { type UslCoefficients, uslPeak } from '../analyzers/models/scalability/index.ts';
import { steadyState } from '../analyzers/models/steady-state.ts';
import { simulate } from '../infra-fixtures/queueing-network/simulate.ts';
import { type CoherencySpec, isLimited, type QueueSpec, type StationSpec } from '../infra-fixtures/queueing-network/station.ts';
import { loadStep } from './load-steps.ts';

/** What a stepped test is held against: networks whose demands, limit and peak are known. */

/** 200 requests a second use up `database`; without queues, 24.4 users make them: 200 × (0.1 + 0.015 + 0.005 + 0.002). */
export const queues: readonly QueueSpec[] = [
  { kind: 'queue', name: 'delay', servers: Number.POSITIVE_INFINITY, serviceS: 0.1 },
  { kind: 'queue', name: 'web', servers: 4, serviceS: 0.015 },
  { kind: 'queue', name: 'database', servers: 1, serviceS: 0.005 },
  { kind: 'queue', name: 'cache', servers: 2, serviceS: 0.002 },
];
export const limited: readonly QueueSpec[] = queues.filter(isLimited);
/** The throughput at which all servers are busy, by the utilisation law. */
export const limitOf = ({ servers, serviceS }: QueueSpec): number => servers / serviceS;

const LAW: UslCoefficients = { lambda: 5, sigma: 0.02, kappa: 0.98 / 80 ** 2 };
export const coherency: readonly CoherencySpec[] = [{ kind: 'coherency', name: 'all', ...LAW }];
/** At 80 users, 112.7 requests a second. */
export const PEAK = uslPeak(LAW) as { users: number; throughput: number };

/** The users of tests that bracket the limit or the peak, and of those that stop at a fifth of it. */
export const USERS = {
  queues: { bracketing: [5, 40], fifth: [1, 5] },
  coherency: { bracketing: [20, 160], fifth: [2, 16] },
} as const;

/** As `loadkit capacity` has them: its steady window begins at a whole second, up to one after the load. */
const STEP_S = 35;
const FIRST_SLOT = 1;

/** A stepped test in virtual time, each load in the steady window that a run would have. One that never became steady has no throughput. */
export function simulatedSteps(stations: readonly StationSpec[], loads: readonly number[], seed: number): LoadStep[] {
  const { uniform } = randomSource(seed);
  return loads.map((users) => {
    const { requests, latencyS, busy } = simulate(stations, { users, durationS: STEP_S + FIRST_SLOT, random: uniform });
    const [counts, times] = [requests.slice(FIRST_SLOT), latencyS.slice(FIRST_SLOT)];
    const found = steadyState([
      { name: 'mean latency', numerators: times, denominators: counts, negligible: 0.025 },
      { name: 'throughput', numerators: counts, denominators: counts.map(() => 1), negligible: 0 },
    ]);
    if (!found.steady) return loadStep(users, { throughput: null, counts: false });
    const from = FIRST_SLOT + found.fromSlot;
    const mean = (values: readonly number[]): number => values.slice(from).reduce((sum, value) => sum + value, 0) / (values.length - from);
    const uses = stations.flatMap((station, i) => {
      if (!isLimited(station)) return [];
      const used = mean(busy.map((second) => second[i] ?? 0));
      return [{ node: `fargate:${station.name}`, resource: 'cpu', unit: 'tasks', used, limit: station.servers }];
    });
    const [answered, seconds] = [requests.slice(from), requests.slice(from).map(() => 1)];
    return loadStep(users, { throughput: mean(requests), throughputCi95: ratioInterval(answered, seconds, 0.95), uses });
  });
}
