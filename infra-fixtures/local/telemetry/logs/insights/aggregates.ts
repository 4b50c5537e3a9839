import { numberOf, textOf, type Value } from './row.ts';

/** What comes of the rows of a group, one after the other. */
export interface Accumulator {
  /** @param atMs the time of the row's event */
  add(value: Value, atMs: number): void;
  result(): Value;
}

/** A function of `stats`. `argument` is what comes after the field: a percentile. */
type Aggregate = (argument: number) => Accumulator;

/** Of the values that are numbers. */
const folding =
  (start: number | undefined, fold: (so_far: number, value: number, count: number) => number): Aggregate =>
  () => {
    let result = start;
    let count = 0;
    return {
      add: (value) => {
        const number = numberOf(value);
        if (Number.isNaN(number)) return;
        count++;
        result = result === undefined ? number : fold(result, number, count);
      },
      result: () => result,
    };
  };

/** Nearest rank, exact: AWS's is an approximation of it. */
const percentile: Aggregate = (percent) => {
  const values: number[] = [];
  return {
    add: (value) => {
      const number = numberOf(value);
      if (!Number.isNaN(number)) values.push(number);
    },
    result: () => values.sort((a, b) => a - b)[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)],
  };
};

const distinct: Aggregate = () => {
  const seen = new Set<string>();
  return { add: (value) => value !== undefined && seen.add(textOf(value)), result: () => seen.size };
};

const counting: Aggregate = () => {
  let count = 0;
  return { add: (value) => value !== undefined && count++, result: () => count };
};

/** The field's value in the event that is earlier (or later) than all others which have it. */
const atTheEnd =
  (isBetter: (atMs: number, thanMs: number) => boolean): Aggregate =>
  () => {
    let found: { value: Value; atMs: number } | null = null;
    return {
      add: (value, atMs) => {
        if (value !== undefined && (found === null || isBetter(atMs, found.atMs))) found = { value, atMs };
      },
      result: () => found?.value,
    };
  };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
export const aggregates: ReadonlyMap<string, Aggregate> = new Map([
  ['count', counting],
  ['count_distinct', distinct],
  ['sum', folding(0, (sum, value) => sum + value)],
  ['avg', folding(undefined, (mean, value, count) => mean + (value - mean) / count)],
  ['min', folding(undefined, (least, value) => Math.min(least, value))],
  ['max', folding(undefined, (most, value) => Math.max(most, value))],
  ['pct', percentile],
  ['earliest', atTheEnd((atMs, thanMs) => atMs < thanMs)],
  ['latest', atTheEnd((atMs, thanMs) => atMs > thanMs)],
]);
