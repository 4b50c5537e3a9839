import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSampler } from './sampling.ts';

it('takes the first of each second, and of the others as many as chance says', () => {
  let nowMs = 0;
  const never = createSampler(
    () => 1,
    () => nowMs,
  );
  const always = createSampler(
    () => 0,
    () => nowMs,
  );
  const taken = Array.from({ length: 40 }, (_, index) => {
    nowMs = index * 100;
    return [never(), always()];
  });
  expect(taken.filter(([first]) => first)).toHaveLength(4);
  expect(taken.every(([, second]) => second)).toBe(true);
});

it('is never below its reservoir, nor above reservoir and share together', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 0, max: 0.999, noNaN: true })), { maxLength: 300 }),
      (requests) => {
        const ordered = requests.toSorted(([a], [b]) => a - b);
        let at: readonly [number, number] = [0, 0];
        const sampler = createSampler(
          () => at[1],
          () => at[0],
        );
        const taken = ordered.filter((request) => {
          at = request;
          return sampler();
        });
        const seconds = new Set(ordered.map(([ms]) => Math.floor(ms / 1000))).size;
        const lucky = ordered.filter(([, chance]) => chance < 0.05).length;
        expect(taken.length).toBeGreaterThanOrEqual(seconds);
        expect(taken.length).toBeLessThanOrEqual(seconds + lucky);
      },
    ),
  );
});

/** A number generator with a seed (mulberry32), so that a share is the same on every run. */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

it('takes of 200 requests a second for an hour 1 a second + 5 % of the others, as the gateway does', () => {
  let nowMs = 0;
  const sampler = createSampler(seeded(7), () => nowMs);
  let taken = 0;
  for (; nowMs < 3_600_000; nowMs += 5) if (sampler()) taken++;
  // Binomial: 3,600 + 716,400 × 0.05, standard deviation 184.5; four of them.
  expect(Math.abs(taken - 39_420)).toBeLessThan(4 * 184.5);
});
