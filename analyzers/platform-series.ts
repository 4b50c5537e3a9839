import type { TelemetryFile } from './telemetry-file.ts';
import { ALL_READ, ifRead, refuseUnread, type Unread } from './unread-series.ts';

/**
 * Reads one stretch of a telemetry file. Every answer is null, or empty, where there is no datapoint: on AWS a count without activity has none, and a gauge
 * without them was not measured. Where a series was asked for and not read there is no answer: whoever reads it ends there (see unread-series.ts).
 */
export interface Stretch {
  file: TelemetryFile;
  /** Places in `file.times`. */
  periods: readonly number[];
  unread: Unread;
}

/** A series by its node, metric and statistic. */
export type Name = readonly [node: string, metric: string, stat: string];

export interface Sample {
  /** Epoch seconds at which its period begins. */
  timeS: number;
  value: number;
}

/** A period belongs to the stretch that holds the better part of it: so stretches are as long as they say, whatever the period. */
const SHARE_MIN = 0.5;

/** The periods of which at least half lies between two times, in epoch seconds. */
export function stretchOf(file: TelemetryFile, fromS: number, toS: number, unread: Unread = ALL_READ): Stretch {
  const within = (timeS: number): number => (Math.min(toS, timeS + file.periodS) - Math.max(fromS, timeS)) / file.periodS;
  return { file, periods: file.times.flatMap((timeS, i) => (within(timeS) >= SHARE_MIN ? [i] : [])), unread };
}

/**
 * All of the load, ramps included: for what has to be there at most.
 *
 * @param load when the client's series begin, in epoch seconds, and how long they are
 */
export function wholeStretch(
  file: TelemetryFile,
  { fromS, toS }: { fromS: number; toS: number },
  { startS, periodS, slots }: { startS: number; periodS: number; slots: number },
  unread: Unread,
): Stretch {
  return stretchOf(file, Math.min(startS, fromS), Math.max(startS + periodS * slots, toS), unread);
}

/**
 * The datapoints there are, oldest first.
 *
 * @throws UnreadSeries where it is not known which there are
 */
export function samples({ file, periods, unread }: Stretch, [node, metric, stat]: Name): Sample[] {
  refuseUnread(unread, node, metric);
  const series = file.series.find((each) => each.node === node && each.metric === metric && each.stat === stat);
  if (series === undefined) return [];
  return periods.flatMap((i) => {
    const [timeS, value] = [file.times[i], series.values[i] ?? null];
    return timeS === undefined || value === null ? [] : [{ timeS, value }];
  });
}

/** Whether there is any datapoint of a node or of one of its parts (`<node>/<index>`), or may be one: not all of it was read. */
export function isTold({ file, periods, unread }: Stretch, node: string): boolean {
  const isOf = (other: string): boolean => other === node || other.startsWith(`${node}/`);
  if ([...unread.keys()].some(isOf)) return true;
  return file.series.some((series) => isOf(series.node) && periods.some((i) => (series.values[i] ?? null) !== null));
}

/** Whether a series has any datapoint, or may have one: it was not read. */
export const mayBeTold = (stretch: Stretch, name: Name): boolean => ifRead(() => samples(stretch, name))?.length !== 0;

const fold = (found: readonly Sample[], of: (a: number, b: number) => number): number | null =>
  found.length === 0 ? null : found.map(({ value }) => value).reduce((a, b) => of(a, b));

/** For a metric with statistic `Sum`. */
export const total = (stretch: Stretch, name: Name): number | null => fold(samples(stretch, name), (a, b) => a + b);
export const highest = (stretch: Stretch, name: Name): number | null => fold(samples(stretch, name), Math.max);
export const lowest = (stretch: Stretch, name: Name): number | null => fold(samples(stretch, name), Math.min);

/** Mean over the periods that have one: for a gauge's `Average`, never for a percentile. */
export function mean(stretch: Stretch, name: Name): number | null {
  const sum = total(stretch, name);
  return sum === null ? null : sum / samples(stretch, name).length;
}

/** Mean of an `Average` over all its observations: each period counts as often as its `weight` (a `Sum` or `SampleCount`) says. */
export function weightedMean(stretch: Stretch, name: Name, weight: Name): number | null {
  const weights = new Map(samples(stretch, weight).map(({ timeS, value }) => [timeS, value]));
  let [sum, count] = [0, 0];
  for (const { timeS, value } of samples(stretch, name)) {
    const times = weights.get(timeS) ?? 0;
    sum += value * times;
    count += times;
  }
  return count > 0 ? sum / count : null;
}

/** Of a `Sum`: its rate over the whole stretch. */
export function perSecond(stretch: Stretch, name: Name): number | null {
  const sum = total(stretch, name);
  return sum === null ? null : sum / (stretch.periods.length * stretch.file.periodS);
}

/** Of a `Sum`: its rate in the busiest period. Periods without a datapoint don't matter to it. */
export function busiestPerS(stretch: Stretch, name: Name): number | null {
  const most = highest(stretch, name);
  return most === null ? null : most / stretch.file.periodS;
}

/** Share of the periods with a datapoint in which it came up to the limit, 0 to 1. */
export function shareAt(stretch: Stretch, name: Name, limit: number): number | null {
  const found = samples(stretch, name);
  return found.length === 0 ? null : found.filter(({ value }) => value >= limit).length / found.length;
}

/** Start of the period in which it came up to the limit, in epoch seconds: the first of the stretch, or before it, where it was there all the while. */
export const sinceAt = (stretch: Stretch, name: Name, limit: number): number | null =>
  sinceWhere(stretch, name, ({ value }) => value >= limit);

/** The same for a `Sum` that is a share of another. */
export function sinceShareAt(stretch: Stretch, name: Name, of: Name, share: number): number | null {
  const wholes = new Map(samples(wholeFile(stretch), of).map(({ timeS, value }) => [timeS, value]));
  return sinceWhere(stretch, name, ({ timeS, value }) => value > 0 && value >= share * (wholes.get(timeS) ?? 0));
}

const wholeFile = (stretch: Stretch): Stretch => ({ ...stretch, periods: [...stretch.file.times.keys()] });

function sinceWhere(stretch: Stretch, name: Name, isBeyond: (sample: Sample) => boolean): number | null {
  const first = samples(stretch, name).find(isBeyond);
  if (first === undefined) return null;
  let since = first.timeS;
  const before = samples(wholeFile(stretch), name).filter(({ timeS }) => timeS < first.timeS);
  for (const sample of before.toReversed()) {
    if (!isBeyond(sample) || since - sample.timeS > stretch.file.periodS) break;
    since = sample.timeS;
  }
  return since;
}

/** Period by period; those that only some have count with what they have. */
export function addUp(stretch: Stretch, names: readonly Name[]): Sample[] {
  const sums = new Map<number, number>();
  for (const name of names) for (const { timeS, value } of samples(stretch, name)) sums.set(timeS, (sums.get(timeS) ?? 0) + value);
  return [...sums].map(([timeS, value]) => ({ timeS, value })).toSorted((a, b) => a.timeS - b.timeS);
}
