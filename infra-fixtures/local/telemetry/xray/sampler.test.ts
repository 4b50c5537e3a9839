import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSampler, DEFAULT_SAMPLING } from './sampler.ts';

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

test('takes the first of a second, and none of the others when chance is against them', () => {
  let nowMs = 1_000_000;
  const sampler = createSampler(
    DEFAULT_SAMPLING,
    () => 0.999,
    () => nowMs,
  );
  expect([sampler(), sampler(), sampler()]).toEqual([true, false, false]);
  nowMs += 999;
  expect(sampler()).toBe(false);
  nowMs += 1;
  expect([sampler(), sampler()]).toEqual([true, false]);
});

test('an idle second leaves nothing for the next', () => {
  let nowMs = 0;
  const sampler = createSampler(
    { perS: 1, rate: 0 },
    () => 0,
    () => nowMs,
  );
  nowMs = 10_000;
  expect([sampler(), sampler()]).toEqual([true, false]);
});

test('200 requests a second for an hour are sampled at 1 + 5 % of the others', () => {
  let nowMs = 0;
  const sampler = createSampler(DEFAULT_SAMPLING, seeded(7), () => nowMs);
  let taken = 0;
  for (; nowMs < 3_600_000; nowMs += 5) if (sampler()) taken++;
  // Binomial: 3,600 + 716,400 × 0.05, standard deviation 184.5; four of them.
  expect(Math.abs(taken - 39_420)).toBeLessThan(4 * 184.5);
});

test('never fewer than the reservoir, never more than was asked', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), fc.integer(), (perS, rate, requests, seed) => {
      const sampler = createSampler({ perS, rate }, seeded(seed), () => 0);
      const taken = Array.from({ length: requests }, sampler).filter(Boolean).length;
      expect(taken).toBeGreaterThanOrEqual(Math.min(perS, requests));
      if (rate === 0) expect(taken).toBe(Math.min(perS, requests));
      if (rate === 1) expect(taken).toBe(requests);
    }),
  );
});

test('refuses what is no rule', () => {
  expect(() => createSampler({ perS: -1, rate: 0.05 }, Math.random, Date.now)).toThrow(RangeError);
  expect(() => createSampler({ perS: 1, rate: 1.1 }, Math.random, Date.now)).toThrow(RangeError);
  expect(() => createSampler({ perS: 1, rate: Number.NaN }, Math.random, Date.now)).toThrow(RangeError);
});
