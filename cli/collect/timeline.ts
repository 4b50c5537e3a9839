import type { Histogram } from '../../analyzers/contract.ts';
import { createHistogramSum } from '../../analyzers/models/histogram.ts';

/** Equal slots of time, in bounded number whatever a run's length: the longer it is, the longer they are. */

export interface Timeline {
  startS: number;
  periodS: number;
  slots: number;
  /** The slot in which a time of the span lies. */
  slotAt(timeS: number): number;
}

/**
 * @param span the first and the last moment that have to have a slot, null when there is none
 * @param slotsMax seconds are doubled until there are no more slots than this
 */
export const createTimeline = (startS: number, lastS: number | null, slotsMax: number): Timeline => {
  const slotsOf = (periodS: number): number => (lastS === null ? 0 : Math.floor((lastS - startS) / periodS) + 1);
  let periodS = 1;
  while (slotsOf(periodS) > slotsMax) periodS *= 2;
  return { startS, periodS, slots: slotsOf(periodS), slotAt: (timeS) => Math.floor((timeS - startS) / periodS) };
};

/** Values of one kind, slot by slot, `empty` where there was none. They come in order of time. */
export interface Slots<T, E> {
  add(slot: number, value: T): void;
  values(): (T | E)[];
}

/** @param join two values that lie in one slot, the earlier first */
export const createSlots = <T, E>(length: number, empty: E, join: (earlier: T, later: T) => T): Slots<T, E> => {
  const values = new Array<T | E>(length).fill(empty);
  return {
    add: (slot, value) => {
      const earlier = values[slot] as T | E;
      values[slot] = earlier === empty ? value : join(earlier as T, value);
    },
    values: () => values,
  };
};

/** Counts growth: zero where there was none. */
export const createCountSlots = (length: number): Slots<number, number> => createSlots<number, number>(length, 0, (a, b) => a + b);

/** Merges the histograms of a slot in place, and makes one of them when the next begins: that's a third of the memory that joining two by two takes. */
export const createHistogramSlots = (length: number): Slots<Histogram, null> => {
  const values = new Array<Histogram | null>(length).fill(null);
  const sum = createHistogramSum();
  let current = 0;
  const finish = (): void => {
    values[current] = sum.take() ?? values[current] ?? null;
  };
  return {
    add: (slot, value) => {
      if (slot !== current) finish();
      current = slot;
      sum.add(value);
    },
    values: () => {
      finish();
      return values;
    },
  };
};
