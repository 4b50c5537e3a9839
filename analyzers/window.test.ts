import { describe, expect, it } from 'vitest';
import { type SyntheticOptions, type SyntheticRun, syntheticRun } from '../tests/artifacts.ts';
import { withPlan } from '../tests/judged.ts';
import { isMissing, type Window } from './contract.ts';
import { runSeries } from './series.ts';
import { findWindow } from './window.ts';

function windowOf({ plan, client }: SyntheticRun): Window {
  const window = findWindow(plan, client, runSeries(client));
  if (isMissing(window)) throw new Error(window.missing);
  return window;
}
const drawn = (options: SyntheticOptions): SyntheticRun => syntheticRun({ durationS: 180, rampS: 20, users: 300, ...options });

/** The run as it is when it was stopped so many seconds after its start. */
function stoppedAfter(run: SyntheticRun, slots: number): SyntheticRun {
  const { client } = run;
  return {
    ...run,
    client: {
      ...client,
      slots,
      users: client.users.slice(0, slots),
      iterations: client.iterations.slice(0, slots),
      endpoints: client.endpoints.map(({ name, requests, errors, latencyS }) => ({
        name,
        requests: requests.slice(0, slots),
        errors: errors.slice(0, slots),
        latencyS: latencyS.slice(0, slots),
      })),
    },
  };
}

describe('findWindow', () => {
  it('is the plateau of a run that is steady from its start', () => {
    const run = drawn({});
    const window = windowOf(run);
    const startS = run.client.executionStartS ?? 0;
    expect(window).toMatchObject({ steady: true });
    expect(window.fromS - startS).toBeGreaterThanOrEqual(20);
    expect(window.fromS - startS).toBeLessThanOrEqual(40);
    expect(window.toS - startS).toBeLessThanOrEqual(160);
    expect(window.toS - startS).toBeGreaterThan(158);
  });

  it('leaves out a warm-up that it finds, and one that was declared', () => {
    const warming = drawn({ latencyMs: 200, latencyFactor: (elapsedS) => 1 + 8 * Math.exp(-elapsedS / 15) });
    expect(windowOf(warming)).toMatchObject({ steady: true, reason: expect.stringMatching(/steady \d+ s after the load was full/) });
    expect(windowOf(warming).fromS).toBeGreaterThan(windowOf(drawn({})).fromS + 15);
    const declared = withPlan(drawn({}), { warmUpS: 60 });
    expect(windowOf(declared).fromS - (declared.client.executionStartS ?? 0)).toBeGreaterThanOrEqual(80);
  });

  it('is all of the plateau, and not steady, where latency keeps rising', () => {
    const rising = drawn({ latencyMs: 200, latencyFactor: (elapsedS) => 1 + elapsedS / 40 });
    const window = windowOf(rising);
    expect(window.steady).toBe(false);
    expect(window.reason).toMatch(/mean latency (kept rising|was still settling)/);
    expect(window.fromS - (rising.client.executionStartS ?? 0)).toBeCloseTo(20.6, 5);
  });

  it('does not mind a latency that doubles from 3 to 6 ms where the limit is 500 ms', () => {
    const tiny = drawn({ latencyMs: 3, latencyFactor: (elapsedS) => 1 + elapsedS / 180 });
    expect(windowOf(tiny).steady).toBe(true);
    expect(windowOf(withPlan(tiny, { limits: [{ id: 'latency-avg', limit: 10 }] })).steady).toBe(false);
  });

  it('is all of the run, and not steady, without a plateau, before it, or when warm-up takes all of it', () => {
    const run = drawn({});
    expect(windowOf(withPlan(run, { plateau: null }))).toMatchObject({ steady: false, reason: 'the plan has no stretch of constant load' });
    expect(windowOf(stoppedAfter(run, 15))).toMatchObject({ steady: false, reason: 'the run ended before its load was full and warm' });
    expect(windowOf(withPlan(run, { warmUpS: 500 }))).toMatchObject({ steady: false });
  });

  it('ends where an interrupted run ends, without the second that was cut short', () => {
    const run = stoppedAfter(drawn({}), 100);
    expect(windowOf(run)).toMatchObject({ steady: true, toS: run.client.startS + 99 });
  });

  it('knows that k6 shows an execution by its first user, who may come late', () => {
    const run = drawn({});
    const shifted = withPlan(run, {
      stages: run.plan.stages.map((stage) => ({ ...stage, fromS: stage.fromS + 15, toS: stage.toS + 15 })),
      plateau: { fromS: 35, toS: 175 },
    });
    expect(windowOf(shifted)).toEqual(windowOf(run));
    // Two users on a ramp of 20 s: the first begins when half of it is over.
    const slow = withPlan(drawn({ users: 2, latencyMs: 3 }), { plateau: { fromS: 30, toS: 170 } });
    expect(windowOf(slow).toS).toBe(slow.client.startS + 160);
    const open = drawn({ ratePerS: 0.5, durationS: 180 });
    expect(windowOf(open).toS).toBeCloseTo(windowOf(run).toS, 5);
  });

  it('is not steady with less than 30 s of full load', () => {
    expect(windowOf(syntheticRun({ durationS: 30, rampS: 2 })).reason).toMatch(/^full load lasted for 2\d s, and it takes 30 s to tell$/);
  });

  it('says so where there was nothing that could have settled', () => {
    const run = drawn({});
    const silent = { ...run, client: { ...run.client, endpoints: [] } };
    expect(windowOf(silent)).toMatchObject({ steady: false, reason: 'no request was measured' });
  });

  it('does not take a gap in the pushes for a change', () => {
    const run = drawn({});
    const endpoints = run.client.endpoints.map((endpoint) => {
      const requests = [...endpoint.requests];
      for (let slot = 80; slot < 83; slot += 1) {
        requests[83] = (requests[83] ?? 0) + (requests[slot] ?? 0);
        requests[slot] = 0;
      }
      return { ...endpoint, requests };
    });
    const gaps = [{ fromS: run.client.startS + 80, toS: run.client.startS + 83 }];
    expect(windowOf({ ...run, client: { ...run.client, endpoints, gaps } }).steady).toBe(true);
  });

  it('is missing where nothing was executed', () => {
    const run = drawn({});
    const reasonOf = (client: Partial<SyntheticRun['client']>) =>
      findWindow(run.plan, { ...run.client, executionStartS: null, ...client }, runSeries(run.client));
    expect(reasonOf({ iterations: [0] })).toEqual({ missing: 'the engine never began to execute' });
    expect(reasonOf({ iterations: [1] })).toEqual({ missing: 'the run was over before k6 had told of a user' });
  });
});
