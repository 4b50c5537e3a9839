import { describe, expect, it } from 'vitest';
import { randomSource } from '../analyzers/models/random.ts';
import { syntheticRun } from './artifacts.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('syntheticRun', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(syntheticRun({ seed: 7, durationS: 30 })).toEqual(syntheticRun({ seed: 7, durationS: 30 }));
    expect(syntheticRun({ seed: 7, durationS: 30 }).client).not.toEqual(syntheticRun({ seed: 8, durationS: 30 }).client);
  });

  it('agrees with itself: counts, histograms and exact values tell of the same requests', () => {
    const { client } = syntheticRun({ users: 300, durationS: 60, errorRate: 0.05 });
    const requests = total(client.endpoints.flatMap((endpoint) => endpoint.requests));
    const inHistograms = total(client.endpoints.flatMap((endpoint) => endpoint.latencyS.map((histogram) => histogram?.count ?? 0)));
    const errors = total(client.endpoints.flatMap((endpoint) => endpoint.errors));
    expect(requests).toBeGreaterThan(10_000);
    expect(inHistograms).toBe(requests);
    expect(client.exact?.requests).toBe(requests);
    expect(total(client.errorClasses.map((errorClass) => errorClass.count))).toBe(errors);
    expect(errors / requests).toBeCloseTo(0.05, 2);
    for (const endpoint of client.endpoints) expect(endpoint.requests).toHaveLength(client.slots);
  });

  it('draws the arrivals of an open run whatever the latency', () => {
    const { client, plan } = syntheticRun({ ratePerS: 100, durationS: 60, rampS: 0, latencyMs: 3000 });
    expect(plan.load).toEqual({ model: 'open', ratePerS: 100 });
    expect(total(client.endpoints.flatMap((endpoint) => endpoint.requests))).toBeGreaterThan(5600);
  });
});

describe('randomSource', () => {
  it('has the mean and spread that it claims', () => {
    const random = randomSource(3);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    expect(total(normals) / normals.length).toBeCloseTo(0, 1);
    expect(total(normals.map((value) => value ** 2)) / normals.length).toBeCloseTo(1, 1);
    expect(total(Array.from({ length: 20_000 }, () => random.poisson(4))) / 20_000).toBeCloseTo(4, 1);
  });
});
