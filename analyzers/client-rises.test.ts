import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import { clientRises } from './client-rises.ts';
import { runSeries } from './series.ts';

const risesOf = ({ client }: ReturnType<typeof syntheticRun>) => clientRises(client, runSeries(client));
const secondsOf = (said: string | number | null | undefined): number => (typeof said === 'number' ? said : Number.NaN);

describe('clientRises', () => {
  it('tells when the mean latency rose, and between which levels', () => {
    const [latency, ...others] = risesOf(syntheticRun({ durationS: 120, latencyFactor: (s) => (s < 60 ? 1 : 4) }));
    expect(latency?.what).toMatch(/^client's mean latency rose from \d+(\.\d+)? to \d+ ms after$/);
    expect(Math.abs(secondsOf(latency?.value) - 60)).toBeLessThanOrEqual(2);
    expect(latency?.unit).toBe('s');
    expect(others).toEqual([]);
  });

  it('tells when errors began', () => {
    const run = syntheticRun({ durationS: 120 });
    const endpoints = run.client.endpoints.map((endpoint) => ({
      ...endpoint,
      errors: endpoint.requests.map((requests, slot) => (slot >= 80 ? Math.floor(requests / 2) : 0)),
    }));
    const [errors] = risesOf(withClient(run, { endpoints }));
    expect(errors?.what).toMatch(/^client's errors rose from 0 % to \d+(\.\d+)? % after$/);
    expect(Math.abs(secondsOf(errors?.value) - 80)).toBeLessThanOrEqual(2);
  });

  it('says that nothing rose where all stayed as it was, fell, or rose by less than a player would tell', () => {
    const nothing = [{ what: "rise of the client's latency or errors", value: 'none within the run' }];
    expect(risesOf(syntheticRun({ durationS: 120 }))).toEqual(nothing);
    expect(risesOf(syntheticRun({ durationS: 120, latencyFactor: (s) => (s < 30 ? 4 : 1) }))).toEqual(nothing);
    expect(risesOf(syntheticRun({ durationS: 120, latencySigma: 0.1, latencyFactor: (s) => (s < 60 ? 1 : 1.2) }))).toEqual(nothing);
  });

  it('says nothing of an engine that never executed', () => {
    expect(risesOf(withClient(syntheticRun({ durationS: 60 }), { executionStartS: null }))).toEqual([]);
  });
});
