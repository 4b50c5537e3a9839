import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import { activeSlots, runSeries, slotsWithin, total } from './series.ts';

const run = syntheticRun({ durationS: 60, errorRate: 0.1 });

describe('runSeries', () => {
  it('adds up the endpoints', () => {
    const series = runSeries(run.client);
    expect(total(series.requests)).toBe(run.client.exact?.requests);
    expect(total(series.succeeded) + total(series.errors)).toBe(total(series.requests));
    expect(total(series.latencyCount)).toBe(total(series.requests));
    expect((1000 * total(series.latencySumS)) / total(series.latencyCount)).toBeCloseTo(run.client.exact?.latencyMs?.avg ?? 0, 6);
  });

  it('spreads a gap evenly and keeps its total', () => {
    const gap = { fromS: run.client.startS + 30, toS: run.client.startS + 33.2 };
    const [first] = run.client.endpoints;
    if (first === undefined) throw new Error('the run has an endpoint');
    // Nothing for three seconds, then all of it.
    const requests = first.requests.map((value, slot) => (slot >= 30 && slot < 33 ? 0 : slot === 33 ? 400 : value));
    const series = runSeries(withClient(run, { endpoints: [{ ...first, requests }], gaps: [gap] }).client);
    expect(series.requests.slice(30, 34)).toEqual([100, 100, 100, 100]);
    expect(total(series.requests)).toBe(total(requests));
  });
});

describe('slotsWithin', () => {
  const axis = { startS: 100, periodS: 2, slots: 10 };

  it('takes only slots that lie wholly inside', () => {
    expect(slotsWithin(axis, 102, 106)).toEqual({ from: 1, to: 3 });
    expect(slotsWithin(axis, 101, 107)).toEqual({ from: 1, to: 3 });
    expect(slotsWithin(axis, 0, 1000)).toEqual({ from: 0, to: 10 });
  });

  it('is never turned round nor out of bounds', () => {
    const time = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(time, time, (fromS, toS) => {
        const { from, to } = slotsWithin(axis, fromS, toS);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(10);
      }),
      { seed: 8 },
    );
  });
});

describe('activeSlots', () => {
  it('begins with the execution and ends with the last sign of life', () => {
    const { client } = run;
    const users = client.users.map((value, slot) => (slot < 40 ? value : null));
    const endpoints = client.endpoints.map((endpoint) => ({
      ...endpoint,
      requests: endpoint.requests.map((n, slot) => (slot < 42 ? n : 0)),
    }));
    const iterations = client.iterations.map((n, slot) => (slot < 40 ? n : 0));
    expect(activeSlots({ ...client, users, endpoints, iterations, executionStartS: client.startS + 3.5 })).toEqual({ from: 3, to: 42 });
    expect(activeSlots({ ...client, executionStartS: null })).toBeNull();
  });
});
