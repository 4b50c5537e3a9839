import { median, quantileSorted } from 'simple-statistics';
import { regularizedBeta } from '../beta.ts';

/**
 * Spread of what is no incident, upwards: the largest of what the median absolute deviation and the 95 % quantile give as a standard
 * deviation (1.4826 and 1/1.645: their ratio in the normal distribution). The quantile counts because metrics are skewed: a burst in a twentieth
 * of the windows belongs to the normal state, one in a hundredth does not spoil it.
 *
 * @param floor a spread is never taken to be less: nothing is as constant as a constant series seems
 */
export function upwardSpread(values: readonly number[], floor: number): { centre: number; spread: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const centre = quantileSorted(sorted, 0.5);
  const deviations = median(sorted.map((value) => Math.abs(value - centre)));
  const upper = quantileSorted(sorted, 0.95) - centre;
  return { centre, spread: Math.max(1.4826 * deviations, upper / 1.645, floor) };
}

/** Tails of metrics are heavier than the normal distribution's. Guess: tune. 4 is what daily returns and latencies are often fitted with. */
const DEGREES_MAX = 4;

/** A spread from n independent windows has n − 1 degrees of freedom, and never more than a heavy tail allows. */
export const degreesOf = (independentWindows: number): number => Math.min(DEGREES_MAX, Math.max(1, Math.floor(independentWindows) - 1));

/**
 * How surprising a deviation of z spreads is, in nats: −ln of the chance to exceed it under Student's t. ln 2 at z = 0, 0 far below.
 *
 * @example surprise(2.132, 4) // 3.0: a chance of 5 %
 */
export function surprise(z: number, degrees: number): number {
  if (!(z > 0)) return Math.LN2;
  return Math.LN2 - Math.log(regularizedBeta(degrees / (degrees + z * z), degrees / 2, 0.5));
}

/** Share of windows beyond the one that a rule is fitted on that it may still call incidents. */
const FALSE_ALARMS = 0.02;

/**
 * The surprise that only a share of normal windows exceeds, by an exponential tail through the median and the 90 % quantile: −ln of a
 * probability has such a tail. The largest tenth is left out of the fit since a normal file may hold an incident itself.
 *
 * @param floor never less than this, where the normal file is too quiet to tell
 */
export function alarmLevel(surprises: readonly number[], floor: number): number {
  const sorted = surprises.toSorted((a, b) => a - b);
  const middle = quantileSorted(sorted, 0.5);
  const high = quantileSorted(sorted, 0.9);
  return Math.max(floor, middle + ((high - middle) * Math.log(0.5 / FALSE_ALARMS)) / Math.log(0.5 / 0.1));
}
