import { compareValues, numberOf, textOf, type Value } from './row.ts';

/** What a function takes, at least and at most, and what it makes of that. */
export interface QueryFunction {
  min: number;
  max: number;
  call(...values: Value[]): Value;
}

const numeric = (make: (value: number) => number): QueryFunction => ({
  min: 1,
  max: 1,
  call: (value) => {
    const made = make(numberOf(value));
    return Number.isFinite(made) ? made : undefined;
  },
});

const textual = (make: (value: string) => Value): QueryFunction => ({
  min: 1,
  max: 1,
  call: (value) => (value === undefined ? undefined : make(textOf(value))),
});

const extreme = (sign: 1 | -1): QueryFunction => ({
  min: 1,
  max: 100,
  call: (...values) => values.filter((value) => value !== undefined).sort((a, b) => sign * compareValues(a, b))[0],
});

/** By name in lower case: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
export const functions: Readonly<Record<string, QueryFunction>> = {
  abs: numeric(Math.abs),
  ceil: numeric(Math.ceil),
  floor: numeric(Math.floor),
  log: numeric(Math.log),
  sqrt: numeric(Math.sqrt),
  greatest: extreme(-1),
  least: extreme(1),
  strlen: textual((text) => text.length),
  tolower: textual((text) => text.toLowerCase()),
  toupper: textual((text) => text.toUpperCase()),
  trim: textual((text) => text.trim()),
  concat: { min: 1, max: 100, call: (...values) => values.map((value) => (value === undefined ? '' : textOf(value))).join('') },
  strcontains: {
    min: 2,
    max: 2,
    call: (text, part) => (text === undefined || part === undefined ? undefined : textOf(text).includes(textOf(part))),
  },
  coalesce: { min: 1, max: 100, call: (...values) => values.find((value) => value !== undefined) },
  ispresent: { min: 1, max: 1, call: (value) => value !== undefined },
  isempty: { min: 1, max: 1, call: (value) => value === undefined || value === '' },
  isblank: { min: 1, max: 1, call: (value) => value === undefined || textOf(value).trim() === '' },
  tomillis: numeric((value) => value),
  frommillis: { min: 1, max: 1, call: (value) => timeOf(numberOf(value)) },
};

const timeOf = (ms: number): Date | undefined => {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? undefined : time;
};

export interface Accumulator {
  add(value: Value): void;
  result(): Value;
}

/** A function of `stats`. `argument` is what comes after the field: a percentile. */
type Aggregate = (argument: number) => Accumulator;

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

/** Welford: https://doi.org/10.1080/00401706.1962.10490022 */
const deviation: Aggregate = () => {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (value) => {
      const number = numberOf(value);
      if (Number.isNaN(number)) return;
      const difference = number - mean;
      mean += difference / ++count;
      squares += difference * (number - mean);
    },
    result: () => (count < 2 ? 0 : Math.sqrt(squares / (count - 1))),
  };
};

const counting: Aggregate = () => {
  let count = 0;
  return { add: (value) => value !== undefined && count++, result: () => count };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
export const aggregates: Readonly<Record<string, Aggregate>> = {
  count: counting,
  count_distinct: distinct,
  sum: folding(0, (sum, value) => sum + value),
  avg: folding(undefined, (mean, value, count) => mean + (value - mean) / count),
  min: folding(undefined, (least, value) => Math.min(least, value)),
  max: folding(undefined, (most, value) => Math.max(most, value)),
  pct: percentile,
  median: () => percentile(50),
  stddev: deviation,
};
