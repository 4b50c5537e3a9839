import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Random, randomSource } from './random.ts';
import { BATCH_SLOTS, mser, type Signal, steadyState } from './steady-state.ts';

const signalOf = (numerators: number[], negligible = 0): Signal => ({
  name: 'mean latency',
  numerators,
  denominators: numerators.map(() => 1),
  negligible,
});

/** AR(1) around 100 with a standard deviation of `noise`, plus an initial transient that dies out exponentially. */
function run(
  random: Random,
  slots: number,
  { transient = 0, decaySlots = 10, noise = 5, correlation = 0.6, driftTotal = 0 } = {},
): number[] {
  let state = random.normal();
  return Array.from({ length: slots }, (_, slot) => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * random.normal();
    return 100 + noise * state + transient * Math.exp(-slot / decaySlots) + (driftTotal * slot) / slots;
  });
}

describe('mser', () => {
  it('cuts what differs at the start, and nothing else', () => {
    expect(mser([9, 5, 1, 1, 1, 1, 1, 1])).toBe(2);
    expect(mser([1, 1, 1, 1, 1, 1])).toBe(0);
    expect(mser([])).toBe(0);
  });

  it('agrees with the definition', () => {
    const series = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 60 });
    fc.assert(
      fc.property(series, (values) => {
        const errors = Array.from({ length: Math.floor(values.length / 2) + 1 }, (_, cut) => standardError2(values.slice(cut)));
        expect(errors[mser(values)]).toBeCloseTo(Math.min(...errors), 6);
      }),
      { seed: 5 },
    );
  });

  it('does not depend on unit or origin', () => {
    const series = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 40 });
    fc.assert(
      fc.property(series, (values) => {
        expect(mser(values.map((value) => 8 * value - 3))).toBe(mser(values));
      }),
      { seed: 6 },
    );
  });
});

function standardError2(values: readonly number[]): number {
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length ** 2;
}

describe('steadyState', () => {
  it('cuts a warm-up off: what is left of the transient is below 2 % of the mean', () => {
    const random = randomSource(21);
    for (let repeat = 0; repeat < 50; repeat += 1) {
      const found = steadyState([signalOf(run(random, 300, { transient: 200, decaySlots: 12 }))]);
      expect(found).toMatchObject({ steady: true });
      const fromSlot = found.steady ? found.fromSlot : 0;
      const bias = (200 * 12 * Math.exp(-fromSlot / 12)) / (300 - fromSlot);
      expect(bias).toBeLessThan(2);
      expect(fromSlot).toBeLessThanOrEqual(150);
    }
  });

  it('keeps nearly all of a run that was steady from its start, and seldom calls one unsteady', () => {
    const random = randomSource(22);
    const found = Array.from({ length: 200 }, () => steadyState([signalOf(run(random, 120))]));
    expect(found.filter((result) => !result.steady)).toHaveLength(0);
    const cuts = found.map((result) => (result.steady ? result.fromSlot : 120)).sort((a, b) => a - b);
    expect(cuts[160]).toBeLessThanOrEqual(10);
    expect(cuts[199]).toBeLessThanOrEqual(60);
  });

  it('does not cut the harmless end of a transient where there is no noise to hide it', () => {
    const random = randomSource(27);
    const found = steadyState([signalOf(run(random, 300, { transient: 200, decaySlots: 12, noise: 0.01 }))]);
    // After 60 slots 1.3 are left of 200, and 0.1 of them in the mean.
    expect(found).toMatchObject({ steady: true });
    expect(found.steady && found.fromSlot).toBeLessThanOrEqual(60);
  });

  it('is steady from where the last of its signals is', () => {
    const random = randomSource(23);
    const late = signalOf(run(random, 300, { transient: 300, decaySlots: 20 }));
    const early = signalOf(run(random, 300));
    const both = steadyState([early, late]);
    const alone = steadyState([late]);
    expect(both).toEqual(alone);
    expect(both.steady && both.fromSlot).toBeGreaterThan(20);
  });

  it('is not steady while it drifts by more than a third', () => {
    const random = randomSource(24);
    const drifting = steadyState([signalOf(run(random, 120, { driftTotal: 150 }))]);
    expect(drifting).toEqual({ steady: false, reason: expect.stringMatching(/settling|kept rising/) });
    expect(steadyState([signalOf(run(random, 120, { driftTotal: -60 }))]).steady).toBe(false);
  });

  it('does not mind a drift that is small beside its median, or beside what matters', () => {
    const random = randomSource(25);
    expect(steadyState([signalOf(run(random, 300, { driftTotal: 15 }))]).steady).toBe(true);
    const doubling = run(random, 300, { driftTotal: 100, noise: 2 });
    expect(steadyState([signalOf(doubling, 0)]).steady).toBe(false);
    expect(steadyState([signalOf(doubling, 150)]).steady).toBe(true);
  });

  it('was still settling at half time when the transient is as long as the run', () => {
    const random = randomSource(26);
    const found = steadyState([signalOf(run(random, 60, { transient: 900, decaySlots: 30 }))]);
    expect(found).toEqual({ steady: false, reason: 'mean latency was still settling at half time' });
  });

  it('sees a level that changes late, though nothing drifts', () => {
    const random = randomSource(28);
    const stepped = run(random, 120).map((value, slot) => value * (slot < 75 ? 1 : 2));
    expect(steadyState([signalOf(stepped)]).steady).toBe(false);
  });

  it('says so when data are thin', () => {
    const found = steadyState([signalOf(Array<number>(29).fill(1))]);
    expect(found).toEqual({ steady: false, reason: 'mean latency has 5 batches of 5 slots, 6 are needed' });
    const silent = steadyState([
      { name: 'mean latency', numerators: Array<number>(60).fill(0), denominators: Array<number>(60).fill(0), negligible: 0 },
    ]);
    expect(silent.steady).toBe(false);
  });

  it('counts places in time, not batches with data, where some have none', () => {
    // Two silent batches, then a warm-up batch, then steady.
    const level = [0, 0, 50, ...Array<number>(20).fill(1)];
    const numerators = level.flatMap((value) => Array<number>(BATCH_SLOTS).fill(value));
    const denominators = level.flatMap((value) => Array<number>(BATCH_SLOTS).fill(value === 0 ? 0 : 1));
    const found = steadyState([{ name: 'mean latency', numerators, denominators, negligible: 0 }]);
    expect(found).toMatchObject({ steady: true, fromSlot: 3 * BATCH_SLOTS });
  });
});
