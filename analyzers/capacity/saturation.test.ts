import { describe, expect, it } from 'vitest';
import { loadStep } from '../../tests/load-steps.ts';
import { analysisOf } from './capacity.ts';
import type { LoadStep } from './load-step.ts';
import { saturationsOf } from './saturation.ts';

/** Of a service that has 4 tasks, at 25, 50, … requests a second. */
const using = (...used: number[]): LoadStep[] =>
  used.map((each, k) =>
    loadStep(100 * (k + 1), { uses: [{ node: 'fargate:engine', resource: 'cpu', unit: 'tasks', used: each, limit: 4 }] }),
  );
const saturationOf = (steps: readonly LoadStep[]) => saturationsOf(steps, analysisOf(steps))[0];

describe('a resource that the test used up', () => {
  it('stands where the test saw it used up, where the loads below lead beyond that', () => {
    // The line through the first three comes to 4 at 178 requests/s.
    expect(saturationOf(using(0.9, 1.5, 1.9, 3.9))).toMatchObject({
      at: {
        throughput: expect.closeTo((100 * 4) / 3.9, 9),
        ci95: [75, expect.closeTo((100 * 4) / 3.9, 9)],
        users: expect.closeTo((400 * 4) / 3.9, 9),
        usersCi95: [300, expect.closeTo((400 * 4) / 3.9, 9)],
      },
      reason: 'It was used up within the test.',
    });
  });

  it('stands where the line leads, where that is between the last load below and the first at the limit', () => {
    const saturation = saturationOf(using(1.1, 2.2, 3.3, 3.98, 4));
    expect(saturation?.at?.throughput).toBeCloseTo((25 * 4) / 1.1, 9);
    expect(saturation?.reason).toBeNull();
  });

  it('is used up no later than the first load at which all of it was', () => {
    expect(saturationOf(using(0.9, 1.5, 4, 4))?.at).toMatchObject({ throughput: 75, ci95: [50, 75] });
  });
});
