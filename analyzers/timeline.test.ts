import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import { runSeries } from './series.ts';
import { POINTS_MAX, timelineOf } from './timeline.ts';

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

describe('timelineOf', () => {
  it('has a point per second of a short run, and the rates add up to its requests', () => {
    const { client } = syntheticRun({ durationS: 60 });
    const timeline = timelineOf(client, runSeries(client));
    expect(timeline.periodS).toBe(1);
    const sum = known(timeline.requestsPerS).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(client.exact?.requests ?? 0, 6);
  });

  it('gathers a long run into at most 600 points, with percentiles of merged histograms', () => {
    const { client } = syntheticRun({ durationS: 1800, users: 100 });
    const timeline = timelineOf(client, runSeries(client));
    expect(timeline.users.length).toBeLessThanOrEqual(POINTS_MAX);
    expect(timeline.periodS).toBe(4);
    const p95 = timeline.latencyMs.p95[200] ?? 0;
    expect(p95).toBeGreaterThan(timeline.latencyMs.p50[200] ?? 0);
    expect(p95).toBeLessThanOrEqual(timeline.latencyMs.p99[200] ?? 0);
    const sum = known(timeline.requestsPerS).reduce((a, b) => a + b * timeline.periodS, 0);
    expect(Math.abs(sum / (client.exact?.requests ?? 1) - 1)).toBeLessThan(0.01);
  });

  it('tells a silent second, which is a measured 0, from one outside of the run, which is null', () => {
    const run = syntheticRun({ durationS: 60 });
    const silent = (slot: number): boolean => slot >= 20 && slot < 25;
    const endpoints = run.client.endpoints.map((endpoint) => ({
      ...endpoint,
      requests: endpoint.requests.map((n, slot) => (silent(slot) ? 0 : n)),
      latencyS: endpoint.latencyS.map((histogram, slot) => (silent(slot) ? null : histogram)),
    }));
    const { client } = withClient(run, { endpoints, executionStartS: run.client.startS + 5.2 });
    const timeline = timelineOf(client, runSeries(client));
    expect(timeline.requestsPerS.slice(20, 25)).toEqual([0, 0, 0, 0, 0]);
    expect(timeline.latencyMs.p95.slice(20, 25)).toEqual([null, null, null, null, null]);
    expect(timeline.requestsPerS[4]).toBeNull();
    expect(timeline.requestsPerS[5]).not.toBeNull();
  });
});
