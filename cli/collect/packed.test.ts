import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../analyzers/models/histogram.ts';
import { packHistogram, packSlots, unpackHistogram, unpackSlots } from './packed.ts';

/** Whole milliseconds of up to 1,000 s: their sums have fewer digits than packing keeps. */
const histogram = fc
  .tuple(fc.array(fc.nat(1_000_000), { maxLength: 30 }), fc.integer({ min: -4, max: 8 }))
  .map(([values, schema]) => histogramOf(values, schema));

describe('packed histograms', () => {
  it('unpack to what they were, one by one and as a series', () => {
    fc.assert(
      fc.property(fc.array(fc.option(histogram), { maxLength: 20 }), (slots) => {
        for (const slot of slots) if (slot) expect(unpackHistogram(packHistogram(slot))).toEqual(slot);
        expect(unpackSlots(packSlots(slots), slots.length)).toEqual(slots);
      }),
    );
  });

  it('keep twelve digits of a sum, so that rounding noise takes no room', () => {
    expect(packHistogram({ ...histogramOf([0.1]), sum: 0.30000000000000004 })[0]).toBe(0.3);
  });

  it('are refused when numbers are missing, left over or of the wrong kind', () => {
    const packed = packHistogram(histogramOf([1, 2, 3]));
    for (let length = 0; length < packed.length; length++) expect(() => unpackHistogram(packed.slice(0, length))).toThrow(RangeError);
    expect(() => unpackHistogram([...packed, 1])).toThrow(RangeError);
    for (const wrong of [-1, 0.5, Number.NaN]) expect(() => unpackHistogram(packed.with(-1, wrong))).toThrow(RangeError);
    expect(() => unpackSlots([3, ...packed], 3)).toThrow(RangeError);
  });
});
