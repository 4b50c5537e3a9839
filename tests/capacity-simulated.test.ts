/** Whole stepped tests in virtual time against networks whose truth is known. `capacity-network.ci.test.ts` has one of each with real k6. */
import { describe, expect, it } from 'vitest';
import { analysisOf } from '../analyzers/capacity/capacity.ts';
import { type Saturation, saturationsOf } from '../analyzers/capacity/saturation.ts';
import { plannedLoads } from '../analyzers/capacity/search.ts';
import type { UslFit } from '../analyzers/models/scalability/index.ts';
import type { StationSpec } from '../infra-fixtures/queueing-network/station.ts';
import { coherency, limited, limitOf, PEAK, queues, simulatedSteps, USERS } from './queueing-networks.ts';

/** Of 50 simulations with intervals of 95 %, chance alone takes one in 26 below 45 that hold the truth; of 100, one in 87 below 90. Both are held to it. */
const SEEDS = Array.from({ length: 100 }, (_, i) => 77 * (i + 1));
const COVERAGE_MIN = 0.9;

interface Found {
  usl: UslFit;
  resources: Saturation[];
}

const simulated = (stations: readonly StationSpec[], [fromUsers, toUsers]: readonly [number, number]): Found[] =>
  SEEDS.map((seed) => {
    const steps = simulatedSteps(stations, plannedLoads({ fromUsers, toUsers, steps: 8, refinements: 0 }), seed);
    const usl = analysisOf(steps);
    return { usl: usl.fit, resources: saturationsOf(steps, usl) };
  });
const share = <T>(values: readonly T[], of: (value: T) => boolean): number => values.filter(of).length / values.length;
const coverage = <T>(values: readonly T[], of: (value: T) => boolean): number =>
  Math.min(share(values, of), share(values.slice(0, 50), of));
const holds = (interval: readonly [number, number | null] | null | undefined, truth: number): boolean =>
  interval !== null && interval !== undefined && interval[0] <= truth && truth <= (interval[1] ?? Number.POSITIVE_INFINITY);
const isWithin = (tolerance: number, value: number | null | undefined, truth: number): boolean =>
  Math.abs((value ?? Number.NaN) / truth - 1) < tolerance;

describe('a stepped test', () => {
  it('recovers what a request needs of each queue, and the throughput that uses it up', () => {
    const found = simulated(queues, USERS.queues.bracketing);
    for (const station of limited) {
      const resources = found.map((each) => each.resources.find(({ node }) => node === `fargate:${station.name}`));
      expect(share(resources, (each) => isWithin(0.05, each?.perRequest, station.serviceS))).toBeGreaterThanOrEqual(0.98);
      expect(share(resources, (each) => isWithin(0.1, each?.at?.throughput, limitOf(station)))).toBe(1);
      expect(coverage(resources, (each) => holds(each?.perRequestCi95, station.serviceS))).toBeGreaterThanOrEqual(COVERAGE_MIN);
      expect(coverage(resources, (each) => holds(each?.at?.ci95, limitOf(station)))).toBeGreaterThanOrEqual(COVERAGE_MIN);
    }
    expect(share(found, ({ resources }) => resources[0]?.node === 'fargate:database')).toBe(1);
    // The throughput of queues never falls.
    expect(share(found, ({ usl }) => usl.peak === null)).toBeGreaterThanOrEqual(0.98);
    expect(share(found, ({ usl }) => isWithin(0.1, usl.limit, 200))).toBeGreaterThanOrEqual(0.98);
    // 200 requests/s of users who need 0.122 s each without queues.
    expect(share(found, ({ usl }) => isWithin(0.1, usl.knee?.users, 24.4))).toBeGreaterThanOrEqual(0.9);
    expect(coverage(found, ({ usl }) => holds(usl.knee?.ci95, 24.4))).toBeGreaterThanOrEqual(COVERAGE_MIN);
  });

  it('recovers the peak that coherency leaves', () => {
    const found = simulated(coherency, USERS.coherency.bracketing);
    const peaks = found.map(({ usl }) => usl.peak);
    expect(share(peaks, (peak) => isWithin(0.1, peak?.users, PEAK.users))).toBeGreaterThanOrEqual(0.98);
    expect(share(peaks, (peak) => isWithin(0.1, peak?.throughput, PEAK.throughput))).toBeGreaterThanOrEqual(0.98);
    expect(coverage(peaks, (peak) => holds(peak?.ci95, PEAK.users))).toBeGreaterThanOrEqual(COVERAGE_MIN);
    expect(coverage(peaks, (peak) => holds(peak?.throughputCi95, PEAK.throughput))).toBeGreaterThanOrEqual(COVERAGE_MIN);
    // One user makes 5 requests/s.
    expect(coverage(found, ({ usl }) => holds(usl.knee?.ci95, PEAK.throughput / 5))).toBeGreaterThanOrEqual(COVERAGE_MIN);
  });

  it.each([
    ['the limit', queues, USERS.queues.fifth],
    ['the peak', coherency, USERS.coherency.fifth],
  ] as const)(
    'that stops at a fifth of %s gives neither peak nor knee but the reason, and no number of users beyond twice its loads',
    (_, stations, users) => {
      for (const { usl, resources } of simulated(stations, users)) {
        expect(usl).toMatchObject({
          verdict: 'inconclusive',
          ...{ peak: null, knee: null },
          reason: expect.stringMatching(/Test with .loadkit capacity mixed --users/),
        });
        expect(Math.max(0, ...resources.map(({ at }) => at?.users ?? 0))).toBeLessThanOrEqual(2 * users[1]);
      }
    },
  );
});
