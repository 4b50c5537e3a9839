import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextStep, type TaskView } from './replacement.ts';

const LIMITS = { healthyPercentMin: 50, healthyPercentMax: 200 };
const task = (deployment: number, health: TaskView['health'] = 'healthy'): TaskView => ({ deployment, health });

it('starts what is missing and stops what is too much, those first that do not work yet', () => {
  expect(nextStep([], 1, 2, LIMITS)).toEqual({ start: 2, stop: [] });
  const [a, b, c] = [task(1), task(1, 'starting'), task(1)];
  expect(nextStep([a, b, c], 1, 2, LIMITS)).toEqual({ start: 0, stop: [b] });
});

it('replaces an unhealthy task', () => {
  const [well, ill] = [task(1), task(1, 'unhealthy')];
  expect(nextStep([well, ill], 1, 2, LIMITS)).toEqual({ start: 1, stop: [ill] });
});

it('starts the new tasks first, and lets old ones go once one of the new has shown that it works', () => {
  const old = [task(1), task(1), task(1), task(1)];
  expect(nextStep(old, 2, 4, LIMITS)).toEqual({ start: 4, stop: [] });
  const fresh = [task(2, 'starting'), task(2, 'starting'), task(2, 'starting'), task(2, 'starting')];
  expect(nextStep([...old, ...fresh], 2, 4, LIMITS)).toEqual({ start: 0, stop: [] });
  // Five are healthy, and two have to be.
  const one = [task(2), ...fresh.slice(1)];
  expect(nextStep([...old, ...one], 2, 4, LIMITS)).toEqual({ start: 0, stop: old.slice(0, 3) });
});

it('keeps the old tasks when a bad release never gets healthy', () => {
  const old = [task(1), task(1)];
  expect(
    nextStep([...old, task(2, 'unhealthy'), task(2, 'unhealthy')], 2, 2, LIMITS).stop.filter(({ deployment }) => deployment === 1),
  ).toEqual([]);
});

/** Plays a service to its end: each step is taken, and then one of the starting tasks becomes healthy or, of a bad release, unhealthy. */
it('is never below half of the desired tasks, never above twice as many, and comes to rest', () => {
  const health = fc.constantFrom<TaskView['health']>('starting', 'healthy');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 0, max: 99 })), health, (desired, picks, first) => {
      let tasks = Array.from({ length: desired }, () => task(1));
      let rounds = 0;
      for (;;) {
        const { start, stop } = nextStep(tasks, 2, desired, LIMITS);
        if (start === 0 && stop.length === 0 && tasks.every(({ health: now }) => now === 'healthy')) break;
        tasks = tasks.filter((each) => !stop.includes(each));
        tasks.push(...Array.from({ length: start }, () => task(2, first)));
        expect(tasks.filter(({ health: now }) => now === 'healthy').length).toBeGreaterThanOrEqual(Math.ceil(desired / 2));
        expect(tasks.length).toBeLessThanOrEqual(2 * desired);
        const starting = tasks.filter(({ health: now }) => now === 'starting');
        const next = starting[(picks[rounds] ?? 0) % Math.max(1, starting.length)];
        if (next !== undefined) next.health = 'healthy';
        expect(++rounds).toBeLessThan(100);
      }
      expect(tasks).toHaveLength(desired);
      expect(tasks.every(({ deployment }) => deployment === 2)).toBe(true);
    }),
  );
});
