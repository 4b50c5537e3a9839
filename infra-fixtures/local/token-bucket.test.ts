import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

/** One token at a time, as a gateway takes them for its requests. */
const taker = (perSecond: number, tokensMax: number, clock: () => number): (() => boolean) => {
  const bucket = new TokenBucket({ perSecond, tokensMax }, clock());
  return () => {
    const allowed = bucket.allows(1, clock());
    if (allowed) bucket.take(1, clock());
    return allowed;
  };
};

it('lets a burst through, and then what flows in', () => {
  let nowMs = 0;
  const take = taker(10, 3, () => nowMs);
  const taken = (count: number): number => Array.from({ length: count }, take).filter(Boolean).length;
  expect(taken(5)).toBe(3);
  nowMs += 99;
  expect(taken(1)).toBe(0);
  nowMs += 1;
  expect(taken(2)).toBe(1);
  nowMs += 60_000;
  expect(taken(5)).toBe(3);
  nowMs -= 1000;
  expect(taken(1)).toBe(0);
});

it('never lets through more than the burst and the rate allow, and all where there is room', () => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(500), requests: fc.nat(20) }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), steps, (ratePerS, burst, all) => {
      let nowMs = 0;
      let admitted = 0;
      let asked = 0;
      const take = taker(ratePerS, burst, () => nowMs);
      for (const { afterMs, requests } of all) {
        nowMs += afterMs;
        for (let i = 0; i < requests; i++) if (take()) admitted++;
        asked += requests;
        expect(admitted).toBeLessThanOrEqual(burst + (nowMs / 1000) * ratePerS + 1e-6);
      }
      if (asked <= burst) expect(admitted).toBe(asked);
    }),
  );
});
