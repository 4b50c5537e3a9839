import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excessOf, meterOf, referenceWindows, stretchesOf, type Window } from './excess.ts';

const window: Window = { which: 'incident', start: 0, length: 4 };
const meter = (weights: number[], values: number[]) =>
  meterOf({ weights: { normal: [], incident: weights }, values: { normal: [], incident: values } }, 0);
const traffic = meter([100, 100, 100, 100], [1, 1, 1, 1]);
const last2 = { from: 2, to: 4 };

describe('excessOf', () => {
  it('is the added cost for each request to the symptom: 2 calls each of 0.1 s more are 0.2 s', () => {
    expect(excessOf(meter([200, 200, 200, 200], [0.1, 0.1, 0.2, 0.2]), traffic, window, last2, Number.NaN)).toBeCloseTo(0.2, 12);
  });

  it('does not count work that is sent: ten times the calls at the same cost are no excess', () => {
    expect(excessOf(meter([10, 10, 100, 100], [0.1, 0.1, 0.1, 0.1]), traffic, window, last2, 9)).toBeCloseTo(0, 12);
  });

  it('compares with the rest of the window, so that drift since the normal file is none', () => {
    expect(excessOf(meter([100, 100, 100, 100], [3, 3, 3, 3]), traffic, window, last2, 0.1)).toBeCloseTo(0, 12);
    expect(excessOf(meter([100, 100, 100, 100], [3, 3, 3, 3]), traffic, window, { from: 0, to: 4 }, 1)).toBeCloseTo(2, 12);
  });

  it('takes a missing datapoint as missing, not as zero', () => {
    expect(excessOf(meter([100, 100, 100, 100], [1, Number.NaN, Number.NaN, 2]), traffic, window, last2, Number.NaN)).toBeCloseTo(1, 12);
    expect(excessOf(meter([100, 100, 100, 100], [1, 1, Number.NaN, Number.NaN]), traffic, window, last2, Number.NaN)).toBeNaN();
  });

  it('is 0 for a node that was not called before: there is nothing to compare with, and the call is its caller’s doing', () => {
    expect(excessOf(meter([0, 0, 50, 50], [Number.NaN, Number.NaN, 1, 1]), traffic, window, last2, Number.NaN)).toBe(0);
  });

  it('grows with the unit, whatever the series', () => {
    const values = fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.001, 60, 1000), (drawn, unit) => {
        const plain = excessOf(meter([5, 7, 9, 11], drawn), traffic, window, last2, 1);
        const scaled = excessOf(
          meter(
            [5, 7, 9, 11],
            drawn.map((value) => value * unit),
          ),
          traffic,
          window,
          last2,
          unit,
        );
        expect(scaled).toBeCloseTo(plain * unit, 6);
      }),
    );
  });
});

it('knows every stretch of a short window, and no more than 55 of a long one, within it', () => {
  expect(stretchesOf(5)).toHaveLength(15);
  expect(stretchesOf(1)).toEqual([{ from: 0, to: 1 }]);
  const long = stretchesOf(600);
  expect(long).toHaveLength(55);
  expect(long.every(({ from, to }) => from >= 0 && from < to && to <= 600)).toBe(true);
});

it('takes windows out of the normal file, and lets them run over its end where it is short', () => {
  expect(referenceWindows(100, 5)).toMatchObject({ wrap: 0, windows: { length: 96 } });
  expect(referenceWindows(6, 5)).toMatchObject({ wrap: 4, windows: { length: 6 } });
  const many = referenceWindows(10_000, 5).windows;
  expect(many.length).toBeLessThanOrEqual(400);
  expect((many.at(-1)?.start ?? 0) + 5).toBeLessThanOrEqual(10_000);
});
