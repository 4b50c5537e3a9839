import { describe, expect, it } from 'vitest';
import { loadStep } from '../../tests/load-steps.ts';
import { analysisOf } from './capacity.ts';
import type { LoadStep } from './load-step.ts';
import { saturationsOf } from './saturation.ts';
import { type WhatIf, whatIf } from './what-if.ts';

const NODE = 'fargate:engine';

/** Of a service that has 4 tasks: each load, what it made, and what it used. */
const stepsOf = (...measured: (readonly [users: number, throughput: number, used: number])[]): LoadStep[] =>
  measured.map(([users, throughput, used]) =>
    loadStep(users, { throughput, uses: [{ node: NODE, resource: 'cpu', unit: 'tasks', used, limit: 4 }] }),
  );
/** At 25, 50, … requests a second of 100, 200, … users. */
const using = (...used: number[]): LoadStep[] => stepsOf(...used.map((each, k) => [100 * (k + 1), 25 * (k + 1), each] as const));
const saturationOf = (steps: readonly LoadStep[]) => saturationsOf(steps, analysisOf(steps))[0];
const withTasks = (steps: readonly LoadStep[], value: number) =>
  (whatIf(steps, [{ node: NODE, name: 'tasks', value }]) as WhatIf).resources[0];

describe('a resource that the test used up', () => {
  it('stands where the test saw it used up, where the loads below lead beyond that', () => {
    // The line through the first three comes to 4 at 178 requests/s; 3.9 at 100 is 4 at 102.6, in proportion.
    expect(saturationOf(using(0.9, 1.5, 1.9, 3.9))).toEqual(
      expect.objectContaining({
        at: {
          throughput: expect.closeTo(400 / 3.9, 9),
          ci95: [75, expect.closeTo(400 / 3.9, 9)],
          users: expect.closeTo(1600 / 3.9, 9),
          usersCi95: [300, expect.closeTo(1600 / 3.9, 9)],
        },
        reason: 'It was used up within the test.',
      }),
    );
  });

  it('keeps what a request uses where the line may lead there, by its interval, and has none where it can not', () => {
    // Weights of 6, 3 and 2 for 25, 50 and 75 requests/s.
    expect(saturationOf(using(0.9, 1.5, 1.9, 3.9))?.perRequest).toBeCloseTo(0.62 / 30, 9);
    // Straight, and then not.
    expect(saturationOf(using(0.5, 0.9, 1.3, 1.71, 3.9))).toMatchObject({ perRequest: null, perRequestCi95: null });
    // As queues are measured near their limit: the line leads a little beyond what was 96 % of it.
    const queue = stepsOf([10, 100, 2], [15, 150, 3.01], [20, 188, 3.75], [25, 191, 3.84], [30, 194, 3.92]);
    expect(saturationOf(queue)).toMatchObject({
      perRequest: expect.closeTo(0.02, 3),
      // 30 users make two thirds of what they would in proportion.
      at: { throughput: expect.closeTo(200, 0), users: null },
      reason: expect.stringContaining('How many users make so much is not known'),
    });
  });

  it('stands where the line leads, where that is between the load below and the one at the limit', () => {
    const saturation = saturationOf(using(1.1, 2.2, 3.3, 3.98, 4));
    expect(saturation?.at?.throughput).toBeCloseTo((25 * 4) / 1.1, 9);
    expect(saturation?.reason).toBeNull();
  });

  it('stands in between, in proportion to the use at both ends: more than all of it may have been asked for', () => {
    // Of 10 executions 4.46 may be in use in the mean.
    const concurrency = [1, 2, 8].map((used, k) =>
      loadStep(200 * 2 ** k, { uses: [{ node: 'lambda:auth', resource: 'concurrency', unit: 'executions', used, limit: 10 }] }),
    );
    const { at, usable = 0 } = saturationOf(concurrency) ?? {};
    expect(at).toMatchObject({ throughput: expect.closeTo(100 + (100 * (usable - 2)) / 6, 9), ci95: [100, 200], usersCi95: [400, 800] });
  });

  it('stands where the line leads, where more throughput used less of it: what used it up was no load', () => {
    const line = (steps: readonly LoadStep[]) => saturationOf(steps)?.at?.throughput;
    expect(line(stepsOf([100, 30, 0.9], [200, 60, 1.8], [300, 100, 3], [400, 80, 4]))).toBeCloseTo(400 / 3, 9);
    // One try of three, and a larger load with less.
    const retried = stepsOf([100, 25, 1], [200, 50, 2], [300, 75, 3], [300, 75, 3.9], [300, 75, 3], [360, 90, 3.6]);
    expect(line(retried)).toBeCloseTo(100, 9);
  });

  it('knows nothing below where it was used up from the first load on', () => {
    expect(saturationOf(using(4, 4, 4))?.at).toEqual({ throughput: 25, ci95: [0, 25], users: 100, usersCi95: [0, 100] });
  });

  it('stands in proportion to that with a larger limit, and not where the line leads that the test has refuted', () => {
    const steps = using(0.5, 0.9, 1.3, 1.71, 3.9);
    const tested = saturationOf(steps)?.at?.throughput ?? 0;
    expect(withTasks(steps, 5)).toMatchObject({
      at: { throughput: expect.closeTo((5 / 4) * tested, 9) },
      perRequest: null,
      reason: expect.stringContaining('In proportion'),
    });
    expect(withTasks(steps, 16)?.at).toMatchObject({ throughput: expect.closeTo(4 * tested, 9), users: null, usersCi95: null });
  });

  it('tells a smaller limit, of which the test used as much, from one that was used up', () => {
    expect(withTasks(using(0.9, 1.5, 1.9, 3.9), 3)).toMatchObject({
      at: { throughput: expect.closeTo(75 + (25 * 1.1) / 2, 9) },
      reason: 'The test used as much.',
    });
  });
});

describe('the users that use it up', () => {
  it('are none in proportion where the system was saturated from the first load on', () => {
    const flat = stepsOf([100, 99, 1.98], [200, 100, 2], [400, 100.5, 2.01], [800, 100, 2]);
    expect(saturationOf(flat)).toMatchObject({
      at: { users: null, usersCi95: null },
      reason: expect.stringContaining('saturated from the first'),
    });
  });

  it('are none where something else leaves less throughput, whatever their interval', () => {
    const sharp = [100, 200, 300, 400, 500, 600, 700, 800].map((users) => {
      const throughput = Math.min(users, 400) / 4;
      return [users, throughput, 0.035 * throughput] as const;
    });
    const { at, reason } = saturationOf(stepsOf(...sharp)) ?? {};
    expect(at).toMatchObject({ throughput: expect.closeTo(4 / 0.035, 6), users: null, usersCi95: null });
    expect(reason).toContain('No number of users makes so much: something else leaves 100 requests/s at most.');
  });
});
