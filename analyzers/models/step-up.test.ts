import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSource } from './random.ts';
import { stepUp } from './step-up.ts';

describe('stepUp', () => {
  it('finds where a series rises, and from what to what', () => {
    expect(stepUp([1, 2, 1, 2, 9, 8, 9, 8])).toEqual({ at: 4, before: 1.5, after: 8.5 });
    expect(stepUp([0, 0, 0, 0, 1, 1, 1])).toEqual({ at: 4, before: 0, after: 1 });
  });

  it('knows of none where the level stays, falls, or has too few values', () => {
    expect(stepUp([5, 5, 5, 5, 5, 5, 5, 5])).toBeNull();
    expect(stepUp([9, 8, 9, 8, 1, 2, 1, 2])).toBeNull();
    expect(stepUp([1, 1, 9, 9, 9, 9])).toBeNull();
    expect(stepUp([])).toBeNull();
  });

  it('sees none in noise, but for about one series in a hundred', () => {
    let seen = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = randomSource(seed);
      if (stepUp(Array.from({ length: 60 }, () => random.normal())) !== null) seen += 1;
    }
    // Half of the steps that noise makes go down.
    expect(seen).toBeLessThanOrEqual(8);
  });

  it('finds any step that stands well out of the noise to within two values', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 5, max: 55 }), fc.double({ min: 4, max: 100, noNaN: true }), (seed, at, height) => {
        const random = randomSource(seed);
        const found = stepUp(Array.from({ length: 60 }, (_, i) => random.uniform() + (i >= at ? height : 0)));
        expect(Math.abs((found?.at ?? Number.NaN) - at)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('does not mind the unit or the zero', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 8, maxLength: 40 }), fc.constantFrom(2, 1024), (values, unit) => {
        expect(stepUp(values.map((value) => unit * value + 4096))?.at).toBe(stepUp(values)?.at);
      }),
    );
  });
});
