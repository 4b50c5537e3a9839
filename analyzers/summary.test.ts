import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import type { Client } from './contract.ts';
import { OTHER, summarize, summarizeCounters, summarizeEndpoints, summarizeTrends } from './summary.ts';

const run = syntheticRun({ durationS: 60, errorRate: 0.05 });
const summaryOf = (client: Client) => {
  const { summaries, all } = summarizeEndpoints(client);
  return summarize(client, summaries, all);
};

describe('summarize', () => {
  it('agrees with the exact values over the whole run', () => {
    const summary = summaryOf(run.client);
    const { exact } = run.client;
    expect(summary.requests).toBe(exact?.requests);
    expect(summary.errorRate).toBeCloseTo(exact?.failedRate ?? 1, 12);
    expect(summary.latencyMs.avg).toBeCloseTo(exact?.latencyMs?.avg ?? 0, 6);
    expect(summary.latencyMs.max).toBe(exact?.latencyMs?.max);
    for (const key of ['p90', 'p95', 'p99'] as const) {
      expect(Math.abs((summary.latencyMs[key] ?? 0) / (exact?.latencyMs?.[key] ?? 1) - 1)).toBeLessThan(0.045);
    }
  });

  it('bounds the maximum by its bucket where the exact one is missing', () => {
    const max = summaryOf(withClient(run, { exact: null }).client).latencyMs.max ?? 0;
    const exact = run.client.exact?.latencyMs?.max ?? 0;
    expect(max).toBeGreaterThanOrEqual(exact);
    expect(max / exact).toBeLessThan(2 ** (1 / 8));
  });

  it('has no rates and latencies of nothing', () => {
    const summary = summaryOf(withClient(run, { endpoints: [], exact: null }).client);
    expect(summary).toMatchObject({ requests: 0, errorRate: null, latencyMs: { avg: null, p95: null, max: null } });
  });
});

describe('summarizeEndpoints', () => {
  it('puts the busiest first and the rest bucket last', () => {
    const [busiest, ...rest] = run.client.endpoints;
    if (busiest === undefined) throw new Error('the run has an endpoint');
    const { summaries } = summarizeEndpoints(withClient(run, { endpoints: [{ ...busiest, name: OTHER }, ...rest.reverse()] }).client);
    expect(summaries.at(-1)?.name).toBe(OTHER);
    const counts = summaries.slice(0, -1).map(({ requests }) => requests);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });
});

describe('summarizeTrends', () => {
  it('gives times in milliseconds, and leaves other units alone', () => {
    const [time] = summarizeTrends(run.client);
    expect(time).toMatchObject({ name: 'chat_round_trip', unit: 'ms' });
    expect(time?.p50).toBeGreaterThan(30);
    expect(time?.p50).toBeLessThan(50);
    const plain = run.client.trends.map((trend) => ({ ...trend, unit: 'bytes' as const }));
    expect(summarizeTrends(withClient(run, { trends: plain }).client)[0]?.p50).toBeCloseTo((time?.p50 ?? 0) / 1000, 9);
    const empty = run.client.trends.map((trend) => ({ ...trend, slots: trend.slots.map(() => null) }));
    expect(summarizeTrends(withClient(run, { trends: empty }).client)[0]).toMatchObject({ count: 0, avg: null, p99: null });
  });
});

describe('summarizeCounters', () => {
  it('adds up', () => {
    expect(summarizeCounters(run.client)).toEqual([{ name: 'ws_reconnects', total: 3 }]);
  });
});
