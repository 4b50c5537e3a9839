import { describe, expect, it } from 'vitest';
import { closedNetwork, openQueue } from '../../analyzers/models/queueing/index.ts';
import { randomSource } from '../../analyzers/models/random.ts';
import { uslThroughput } from '../../analyzers/models/scalability/index.ts';
import { QueueingNetwork } from './network.ts';
import { simulate } from './simulate.ts';
import type { QueueSpec } from './station.ts';

const queue = (servers: number, serviceS: number): QueueSpec => ({ kind: 'queue', name: `${servers}`, servers, serviceS });

/** Mean and standard error of what follows itself in time: by 20 batch means. */
function batched(values: readonly number[]): { mean: number; error: number } {
  const size = Math.floor(values.length / 20);
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const means = Array.from({ length: 20 }, (_, i) => mean(values.slice(i * size, (i + 1) * size)));
  const all = mean(means);
  return { mean: all, error: Math.sqrt(means.reduce((sum, each) => sum + (each - all) ** 2, 0) / 19 / 20) };
}

/** Within four standard errors, which are themselves below 2 % of the value: a wrong model is further off than that. */
const expectMean = (values: readonly number[], truth: number): void => {
  const { mean, error } = batched(values);
  expect(Math.abs(mean - truth)).toBeLessThan(4 * error);
  expect(error).toBeLessThan(0.02 * truth);
};

describe('QueueingNetwork', () => {
  it.each([
    [1, 0.5],
    [1, 0.7],
    [4, 0.7],
    [8, 0.8],
  ])('answers as M/M/%d does at a utilisation of %d', (servers, utilisation) => {
    const { uniform } = randomSource(servers);
    const serviceS = 0.1;
    const arrivalsPerS = (utilisation * servers) / serviceS;
    const network = new QueueingNetwork([queue(servers, serviceS)], uniform);
    const responses: number[] = [];
    let atS = 0;
    for (let arrival = 0; arrival < 200_000; arrival += 1) {
      const arrivedS = atS;
      network.arrive(atS, (doneS) => responses.push(doneS - arrivedS));
      atS -= Math.log(1 - uniform()) / arrivalsPerS;
    }
    expectMean(responses.slice(1000), openQueue({ arrivalsPerS, serviceS, servers }).responseS ?? Number.NaN);
    expect(Math.abs((network.workedS(atS)[0] ?? 0) / atS / servers / utilisation - 1)).toBeLessThan(0.02);
  });

  it.each([1, 8, 20, 40])('makes the throughput and is as busy as a closed network of %d users', (users) => {
    const stations = [queue(Number.POSITIVE_INFINITY, 0.1), queue(4, 0.02), queue(1, 0.006), queue(2, 0.002)];
    const { requests, latencyS, busy } = simulate(stations, { users, durationS: 2000, random: randomSource(users).uniform });
    const exact = closedNetwork({
      stations: stations.slice(1).map(({ servers, serviceS }) => ({ servers, serviceS, visits: 1 })),
      thinkS: 0.1,
      users,
    });
    expectMean(requests, exact.throughput);
    // Little's law: the users are all of the time in the network.
    expectMean(latencyS, users);
    for (const [i, { utilisation }] of exact.stations.entries()) {
      const servers = stations[i + 1]?.servers ?? Number.NaN;
      expectMean(
        busy.map((stationsBusy) => stationsBusy[i + 1] ?? Number.NaN),
        utilisation * servers,
      );
    }
  });

  it.each([1, 20, 60, 120])('slows %d users as the Universal Scalability Law says', (users) => {
    const law = { lambda: 10, sigma: 0.05, kappa: 0.0005 };
    const load = { users, durationS: 2000, random: randomSource(users).uniform };
    const { requests, busy } = simulate([{ kind: 'coherency', name: 'all', ...law }], load);
    expectMean(requests, uslThroughput(law, users));
    expect(busy.every(([all]) => Math.abs((all ?? 0) - 1) < 1e-9)).toBe(true);
  });

  it('serves in the order of arrival, and each to its end', () => {
    const network = new QueueingNetwork([queue(1, 1), queue(1, 1)], randomSource(1).uniform);
    const left: [request: number, atS: number][] = [];
    for (const request of [0, 1, 2, 3]) network.arrive(0.1 * request, (atS) => left.push([request, atS]));
    network.advance(1000);
    expect(left.map(([request]) => request)).toEqual([0, 1, 2, 3]);
    expect(left.map(([, atS]) => atS)).toEqual(left.map(([, atS]) => atS).toSorted((a, b) => a - b));
    expect(network.nextS).toBe(Number.POSITIVE_INFINITY);
  });
});
