import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createScaling, type ServiceLoad } from './scaling.ts';

const TARGETS = { cpuPercent: 70, memoryPercent: 80, activeTasksPerTask: 100, scaleOutCooldownS: 120, scaleInCooldownS: 300 };
const LIMITS = { tasksMin: 2, tasksMax: 6 };
const load = (fields: Partial<ServiceLoad> = {}): ServiceLoad => ({ cpuPercent: 50, memoryPercent: 50, activeTasksPerTask: 50, ...fields });

/** The numbers of tasks after each period. */
const play = (loads: readonly (ServiceLoad | null)[], from = 2): number[] => {
  const scaling = createScaling(TARGETS, LIMITS);
  let desired = from;
  return loads.map((each) => {
    desired = scaling.next(each, desired);
    return desired;
  });
};

it.each(['cpuPercent', 'memoryPercent', 'activeTasksPerTask'] as const)(
  'adds tasks after three periods over the target of %s',
  (metric) => {
    const high = load({ [metric]: 1.4 * TARGETS[metric] });
    expect(play([high, high, high])).toEqual([2, 2, 3]);
  },
);

it('takes what it has added for granted while it cools down, unless still more is needed', () => {
  const high = load({ cpuPercent: 98 });
  // 2 × 98/70 are 3 tasks; two minutes later 3 × 98/70 are 5.
  expect(play([high, high, high, high, high])).toEqual([2, 2, 3, 3, 5]);
  const higher = load({ activeTasksPerTask: 250 });
  expect(play([high, high, load({ cpuPercent: 98, activeTasksPerTask: 250 }), higher])).toEqual([2, 2, 3, 3]);
  const both = load({ cpuPercent: 98, activeTasksPerTask: 190 });
  expect(play([high, both, both, both])).toEqual([2, 2, 3, 4]);
});

it('removes tasks after fifteen periods in which all policies agree, and again when that has cooled down', () => {
  const idle = load({ cpuPercent: 10, memoryPercent: 40, activeTasksPerTask: 1 });
  const quiet = Array.from({ length: 20 }, () => idle);
  const after = play(quiet, 6);
  expect(after.slice(0, 14)).toEqual(Array(14).fill(6));
  expect(after.slice(14)).toEqual([3, 3, 3, 3, 3, 2]);
  expect(
    play(
      quiet.map(() => load({ cpuPercent: 10, activeTasksPerTask: 1, memoryPercent: 75 })),
      6,
    ).at(-1),
  ).toBe(6);
});

it('decides nothing without data', () => {
  const high = load({ cpuPercent: 98 });
  expect(play([high, high, null, high, high, high])).toEqual([2, 2, 2, 2, 2, 3]);
});

it('stays within its bounds, whatever the load', () => {
  const any = fc.record({
    cpuPercent: fc.double({ min: 0, max: 100, noNaN: true }),
    memoryPercent: fc.double({ min: 0, max: 100, noNaN: true }),
    activeTasksPerTask: fc.double({ min: 0, max: 1e5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(fc.option(any, { freq: 10 }), { maxLength: 60 }), (loads) => {
      for (const desired of play(loads)) {
        expect(desired).toBeGreaterThanOrEqual(2);
        expect(desired).toBeLessThanOrEqual(6);
      }
    }),
  );
});
