/**
 * Equal slots of time, whatever a run's length in bounded number: when one more would be too many, every two become one.
 */

/** One kind of value, slot by slot. */
export interface Slots<T> {
  add(slot: number, value: T): void;
  /** Values of the first `length` slots, `empty` where nothing was added. */
  toArray<E>(length: number, empty: E): (T | E)[];
}

export interface Timeline {
  /** The slot in which a time lies, clamped to the start. It may merge slots, so it comes before `add`. */
  slotAt(timeS: number): number;
  /** @param join two values that come to lie in one slot, the earlier first */
  slots<T>(join: (earlier: T, later: T) => T): Slots<T>;
  periodS(): number;
  /** Slots so far, up to the last that was asked for. */
  length(): number;
}

export const createTimeline = (startS: number, slotsMax: number): Timeline => {
  const merges: (() => void)[] = [];
  let periodS = 1;
  let length = 0;

  const indexOf = (timeS: number): number => Math.max(0, Math.floor((timeS - startS) / periodS));
  return {
    slotAt: (timeS) => {
      while (indexOf(timeS) >= slotsMax) {
        periodS *= 2;
        length = Math.ceil(length / 2);
        for (const merge of merges) merge();
      }
      const slot = indexOf(timeS);
      length = Math.max(length, slot + 1);
      return slot;
    },
    slots: <T>(join: (earlier: T, later: T) => T): Slots<T> => {
      let values: (T | undefined)[] = [];
      const joined = (a: T | undefined, b: T | undefined): T | undefined => (a === undefined ? b : b === undefined ? a : join(a, b));
      merges.push(() => {
        values = Array.from({ length: Math.ceil(values.length / 2) }, (_, k) => joined(values[2 * k], values[2 * k + 1]));
      });
      return {
        add: (slot, value) => {
          values[slot] = joined(values[slot], value);
        },
        toArray: (length, empty) => Array.from({ length }, (_, slot) => values[slot] ?? empty),
      };
    },
    periodS: () => periodS,
    length: () => length,
  };
};
