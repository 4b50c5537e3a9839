import type { Histogram } from '../../analyzers/contract.ts';
import { lowerResolution } from '../../analyzers/models/histogram.ts';

/** What a cumulative series has gained since its last reading. A push that comes twice gains nothing, one that comes late is covered by its successor. */

export interface CumulativeNumber {
  gain(value: number, timeMs: number): number;
}

export const createCumulativeNumber = (): CumulativeNumber => {
  let last = { value: 0, timeMs: 0 };
  return {
    gain: (value, timeMs) => {
      // A script's own counter may go down; then only time tells a new value from an old one.
      if (value < last.value && timeMs <= last.timeMs) return 0;
      const gained = value - last.value;
      last = { value, timeMs };
      return gained;
    },
  };
};

export interface CumulativeHistogram {
  /** Null where nothing was gained. */
  gain(reading: Histogram): Histogram | null;
}

/**
 * The last reading is updated in place: a fresh one each second, for each of some hundred series, survives just long enough to make V8 enlarge its
 * young generation (measured: 45 MB over 50 minutes).
 */
export const createCumulativeHistogram = (first: Pick<Histogram, 'schema'>): CumulativeHistogram => {
  const buckets = new Map<number, number>();
  let { schema } = first;
  let count = 0;
  let sum = 0;
  let zeroCount = 0;

  /** client_golang may lower the resolution of a histogram that gets too large; k6 2.2 does not make use of that. */
  const agreeOnSchema = (reading: Histogram): Histogram => {
    if (reading.schema < schema) {
      const coarser = lowerResolution(
        { schema, count, sum, zeroCount, indices: [...buckets.keys()], counts: [...buckets.values()] },
        reading.schema,
      );
      schema = reading.schema;
      buckets.clear();
      for (const [k, index] of coarser.indices.entries()) buckets.set(index, coarser.counts[k] ?? 0);
    }
    return lowerResolution(reading, schema);
  };

  /** No count has gone down, and no bucket has gone. */
  const isLater = (reading: Histogram): boolean => {
    let known = 0;
    for (let k = 0; k < reading.indices.length; k++) {
      const index = reading.indices[k] ?? 0;
      const before = buckets.get(index);
      if (before === undefined) continue;
      if ((reading.counts[k] ?? 0) < before) return false;
      known++;
    }
    return known === buckets.size && reading.zeroCount >= zeroCount && reading.count > count;
  };

  return {
    gain: (cumulative) => {
      const reading = agreeOnSchema(cumulative);
      if (!isLater(reading)) return null;
      const indices: number[] = [];
      const counts: number[] = [];
      for (let k = 0; k < reading.indices.length; k++) {
        const index = reading.indices[k] ?? 0;
        const now = reading.counts[k] ?? 0;
        const gained = now - (buckets.get(index) ?? 0);
        if (gained === 0) continue;
        indices.push(index);
        counts.push(gained);
        buckets.set(index, now);
      }
      const gained = {
        schema,
        count: reading.count - count,
        sum: reading.sum - sum,
        zeroCount: reading.zeroCount - zeroCount,
        indices,
        counts,
      };
      ({ count, sum, zeroCount } = reading);
      return gained;
    },
  };
};
