/**
 * Which period to ask for, and from when on. CloudWatch keeps what is finer than a minute for 3 hours, minutes for 15 days, 5 minutes for 63 days and hours
 * for 455 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const KEPT: readonly { periodS: number; forS: number }[] = [
  { periodS: 1, forS: 3 * HOUR_S },
  { periodS: 60, forS: 15 * DAY_S },
  { periodS: 300, forS: 63 * DAY_S },
  { periodS: HOUR_S, forS: 455 * DAY_S },
];
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
const BELOW_A_MINUTE_S = [1, 5, 10, 20, 30];
/** Points of one series. Guess: an hour by the second; 600 such series are 17 MB. */
const POINTS_MAX = 3600;

export interface Range {
  /** Epoch seconds, multiples of the period; half open. */
  startS: number;
  endS: number;
  periodS: number;
}

/** The finest period that is still kept of a time; null where nothing is. */
export const finestKept = (fromS: number, nowS: number): number | null => KEPT.find(({ forS }) => nowS - fromS < forS)?.periodS ?? null;

/**
 * The finest period that is still kept, not finer than what the metrics come in, and not so fine that a series outgrows its bound.
 *
 * @param resolutionS what the metrics come in, see `resolutionOf`
 */
export function periodFor(fromS: number, toS: number, resolutionS: number, nowS: number): number | null {
  const kept = finestKept(fromS, nowS);
  if (kept === null) return null;
  const least = Math.max(kept, resolutionS, (toS - fromS) / POINTS_MAX);
  return BELOW_A_MINUTE_S.find((periodS) => periodS >= least) ?? 60 * Math.ceil(least / 60);
}

/**
 * What the metrics come in, by the times at which datapoints of a period of one second stand: those of minutes stand at whole minutes.
 *
 * @example resolutionOf([120, 180, 300]) // 60
 * @example resolutionOf([120, 125, 140]) // 5
 */
export function resolutionOf(timesS: readonly number[]): number {
  const divisor = timesS.reduce(greatestCommonDivisor, 60);
  return [...BELOW_A_MINUTE_S, 60].findLast((periodS) => divisor % periodS === 0) ?? 1;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Whole periods around a stretch. */
export const rangeOf = (fromS: number, toS: number, periodS: number): Range => ({
  startS: Math.floor(fromS / periodS) * periodS,
  endS: Math.ceil(toS / periodS) * periodS,
  periodS,
});
