import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClosedNetwork, closedNetwork, type Station } from './closed-network.ts';

/** Mean value analysis for single servers, as it is printed (Reiser & Lavenberg 1980). */
function meanValueAnalysis({ stations, thinkS, users }: ClosedNetwork) {
  let queues = stations.map(() => 0);
  let throughput = 0;
  for (let n = 1; n <= users; n += 1) {
    const residences = stations.map(({ serviceS, visits }, i) => serviceS * visits * (1 + (queues[i] ?? 0)));
    throughput = n / (thinkS + residences.reduce((sum, each) => sum + each, 0));
    queues = residences.map((residence) => residence * throughput);
  }
  return { throughput, queues };
}

/** The weight of every state of a small network, by the product form itself. */
function byEnumeration({ stations, thinkS, users }: ClosedNetwork) {
  const factorial = (k: number): number => (k <= 1 ? 1 : k * factorial(k - 1));
  const weightOf = ({ serviceS, visits, servers = 1 }: Station, k: number): number => {
    let weight = 1;
    for (let j = 1; j <= k; j += 1) weight *= (serviceS * visits) / Math.min(j, servers);
    return weight;
  };
  const sums = (population: number) => {
    let [total, atFirst] = [0, 0];
    const place = (i: number, left: number, weight: number, first: number): void => {
      const station = stations[i];
      if (station === undefined) {
        const all = (weight * thinkS ** left) / factorial(left);
        total += all;
        atFirst += all * first;
        return;
      }
      for (let k = 0; k <= left; k += 1) place(i + 1, left - k, weight * weightOf(station, k), i === 0 ? k : first);
    };
    place(0, population, 1, 0);
    return { total, queue: atFirst / total };
  };
  return { throughput: sums(users - 1).total / sums(users).total, queue: sums(users).queue };
}

const station = (servers: fc.Arbitrary<number>) =>
  fc.record({
    serviceS: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    visits: fc.double({ min: 0.1, max: 5, noNaN: true }),
    servers,
  });
const network = (servers: fc.Arbitrary<number>, usersMax: number) =>
  fc.record({
    stations: fc.array(station(servers), { minLength: 1, maxLength: 4 }),
    thinkS: fc.double({ min: 0, max: 10, noNaN: true }),
    users: fc.integer({ min: 1, max: usersMax }),
  });
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-9);

describe('closedNetwork', () => {
  it('gives what mean value analysis gives where each station has one server', () => {
    fc.assert(
      fc.property(network(fc.constant(1), 300), (given) => {
        const exact = meanValueAnalysis(given);
        const { throughput, stations } = closedNetwork(given);
        expect(isNear(throughput, exact.throughput)).toBe(true);
        for (const [i, { queue }] of stations.entries()) expect(isNear(queue, exact.queues[i] ?? 0)).toBe(true);
      }),
    );
  });

  it('gives what all states of a small network with several servers give', () => {
    fc.assert(
      fc.property(network(fc.integer({ min: 1, max: 4 }), 6), (given) => {
        const exact = byEnumeration(given);
        const { throughput, stations } = closedNetwork(given);
        expect(isNear(throughput, exact.throughput)).toBe(true);
        expect(isNear(stations[0]?.queue ?? 0, exact.queue)).toBe(true);
      }),
    );
  });

  it("keeps Little's law, and no station busier than all of it", () => {
    fc.assert(
      fc.property(network(fc.integer({ min: 1, max: 40 }), 400), (given) => {
        const { throughput, responseS, stations } = closedNetwork(given);
        expect(isNear(throughput * (responseS + given.thinkS), given.users)).toBe(true);
        for (const { utilisation } of stations) expect(utilisation).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('stays right where several servers saturate and there are thousands of users', () => {
    const { throughput, stations } = closedNetwork({ stations: [{ serviceS: 0.2, visits: 1, servers: 8 }], thinkS: 5, users: 3000 });
    expect(throughput).toBeCloseTo(40, 9);
    expect(stations[0]).toMatchObject({ utilisation: expect.closeTo(1, 9), queue: expect.closeTo(3000 - 40 * 5, 6) });
  });

  it('takes many stations and thousands of users in no time', () => {
    // Balanced, without think time: N / (D·(N + K − 1)) (Zahorjan et al. 1982).
    const stations = Array.from({ length: 50 }, () => ({ serviceS: 0.01, visits: 1 }));
    const found = closedNetwork({ stations, thinkS: 0, users: 5000 });
    expect(found.throughput).toBeCloseTo(5000 / (0.01 * 5049), 9);
    expect(found.stations[49]?.queue).toBeCloseTo(100, 9);
  }, 3000);

  it('has nobody wait where everybody has a server', () => {
    const { responseS, throughput } = closedNetwork({ stations: [{ serviceS: 0.2, visits: 1, servers: 50 }], thinkS: 0, users: 50 });
    expect(responseS).toBeCloseTo(0.2, 9);
    expect(throughput).toBeCloseTo(250, 6);
  });

  it('has users who think, and nothing to wait for, come as often as they think', () => {
    expect(closedNetwork({ stations: [{ serviceS: 0, visits: 1 }], thinkS: 2, users: 10 })).toEqual({
      throughput: expect.closeTo(5, 9),
      responseS: 0,
      stations: [{ residenceS: 0, queue: 0, utilisation: 0 }],
    });
  });

  it.each([
    ['no users', { stations: [{ serviceS: 1, visits: 1 }], thinkS: 1, users: 0 }],
    ['half a user', { stations: [{ serviceS: 1, visits: 1 }], thinkS: 1, users: 1.5 }],
    ['too many users', { stations: [{ serviceS: 1, visits: 1 }], thinkS: 1, users: 1e6 }],
    ['no station', { stations: [], thinkS: 1, users: 1 }],
    ['nothing to do', { stations: [{ serviceS: 0, visits: 1 }], thinkS: 0, users: 1 }],
    ['half a server', { stations: [{ serviceS: 1, visits: 1, servers: 0.5 }], thinkS: 1, users: 1 }],
    ['negative thinking', { stations: [{ serviceS: 1, visits: 1 }], thinkS: -1, users: 1 }],
    ['no number', { stations: [{ serviceS: Number.NaN, visits: 1 }], thinkS: 1, users: 1 }],
  ])('refuses %s', (_, given) => expect(() => closedNetwork(given)).toThrow(RangeError));
});
