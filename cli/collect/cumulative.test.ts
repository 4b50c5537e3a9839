import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf, lowerResolution, mergeHistograms, subtractHistogram } from '../../analyzers/models/histogram.ts';
import { createCumulativeHistogram, createCumulativeNumber } from './cumulative.ts';

const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('createCumulativeHistogram', () => {
  it('gains what the model’s subtraction says', () => {
    fc.assert(
      fc.property(values, values, (first, more) => {
        const [earlier, later] = [histogramOf(first), histogramOf([...first, ...more])];
        const { gain } = createCumulativeHistogram(earlier);
        expect(gain(earlier)).toEqual(earlier);
        expect(gain(later)).toEqual(subtractHistogram(later, earlier));
        expect(gain(later)).toBeNull();
        expect(gain(earlier)).toBeNull();
      }),
    );
  });

  it('goes on when the resolution is lowered on the way, and when a finer reading comes late', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const { gain } = createCumulativeHistogram({ schema: 3 });
        const fine = histogramOf([...a, ...b]);
        const gains = [gain(histogramOf(a)), gain(histogramOf([...a, ...b], 1)), gain(fine), gain(histogramOf([...a, ...b, ...c], 1))];
        expect(gains[2]).toBeNull();
        const { sum: _, ...all } = lowerResolution(histogramOf([...a, ...b, ...c]), 1);
        expect(mergeHistograms(gains)).toMatchObject(all);
      }),
    );
  });

  it('ignores a reading in which any bucket has lost something', () => {
    const { gain } = createCumulativeHistogram({ schema: 3 });
    gain(histogramOf([1, 1, 5]));
    expect(gain(histogramOf([1, 5, 5, 5, 5]))).toBeNull();
    expect(gain(histogramOf([1, 1, 1, 1, 1]))).toBeNull();
    expect(gain(histogramOf([1, 1, 5, 9]))).toMatchObject({ count: 1, counts: [1] });
  });
});

describe('createCumulativeNumber', () => {
  it('gains differences, and nothing from what comes twice or late', () => {
    const { gain } = createCumulativeNumber();
    expect([gain(5, 1), gain(7, 2), gain(7, 2), gain(5, 1), gain(4, 3)]).toEqual([5, 2, 0, 0, -3]);
  });
});
