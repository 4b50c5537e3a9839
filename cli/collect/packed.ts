import type { Histogram } from '../../analyzers/contract.ts';

/**
 * Histograms as flat lists of numbers, the way the journal and client.json.gz keep them:
 * `[sum, schema, zeroCount, buckets, first index, step to the next…, count of each…]`. A flat list costs 8 bytes a number when it's read; thousands
 * of small objects and arrays cost five times that. The total count is not kept, it's the sum of the counts.
 */

/** Significant digits of a sum. Differences of cumulative sums carry rounding noise past that, which gzip can't squeeze. */
const SUM_DIGITS = 12;
const HEADER_LENGTH = 4;

export const packHistogram = ({ sum, schema, zeroCount, indices, counts }: Histogram): number[] => [
  Number(sum.toPrecision(SUM_DIGITS)),
  schema,
  zeroCount,
  indices.length,
  ...indices.map((index, k) => index - (indices[k - 1] ?? 0)),
  ...counts,
];

/** @throws RangeError where the numbers are no packed histogram. */
export const unpackHistogram = (packed: readonly number[]): Histogram => {
  const { histogram, end } = unpackAt(packed, 0);
  if (end !== packed.length) throw new RangeError('packed histogram has numbers left over');
  return histogram;
};

/** A series of histograms: `slot, packed histogram` for each slot that has one. */
export const packSlots = (slots: readonly (Histogram | null)[]): number[] =>
  slots.flatMap((histogram, slot) => (histogram ? [slot, ...packHistogram(histogram)] : []));

/** @throws RangeError where the numbers are no packed series of `length` slots. */
export const unpackSlots = (packed: readonly number[], length: number): (Histogram | null)[] => {
  const slots = new Array<Histogram | null>(length).fill(null);
  for (let at = 0; at < packed.length; ) {
    const slot = natural(packed[at]);
    if (slot >= length) throw new RangeError(`packed series has slot ${slot} of ${length}`);
    const { histogram, end } = unpackAt(packed, at + 1);
    slots[slot] = histogram;
    at = end;
  }
  return slots;
};

const unpackAt = (packed: readonly number[], start: number): { histogram: Histogram; end: number } => {
  const [sum, schema, zeroCount, buckets] = packed.slice(start, start + HEADER_LENGTH);
  if (!isNumber(sum) || !isInteger(schema)) throw new RangeError('packed histogram has no sum or schema');
  const firstIndex = start + HEADER_LENGTH;
  const firstCount = firstIndex + natural(buckets);
  const end = firstCount + natural(buckets);
  if (end > packed.length) throw new RangeError('packed histogram is cut short');
  const indices = packed.slice(firstIndex, firstCount);
  if (!indices.every(isInteger)) throw new RangeError('packed histogram needs whole numbers');
  for (let k = 1; k < indices.length; k++) indices[k] = (indices[k] ?? 0) + (indices[k - 1] ?? 0);
  const counts = packed.slice(firstCount, end);
  const count = counts.reduce((total, n) => total + natural(n), natural(zeroCount));
  return { histogram: { schema, count, sum, zeroCount: natural(zeroCount), indices, counts }, end };
};

const isNumber = (value: number | undefined): value is number => Number.isFinite(value);
const isInteger = (value: number | undefined): value is number => Number.isInteger(value);
const natural = (value: number | undefined): number => {
  if (!isInteger(value) || value < 0) throw new RangeError('packed histogram needs whole numbers');
  return value;
};
