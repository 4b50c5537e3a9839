import { regularizedBeta } from '../beta.ts';

/**
 * Spread of what is no incident, upwards: the largest of what the median absolute deviation and the 95 % quantile give as a standard
 * deviation (1.4826 and 1/1.645: their ratio in the normal distribution). The quantile counts because metrics are skewed: a burst in a twentieth
 * of the windows belongs to the normal state, one in a hundredth does not spoil it.
 *
 * @param values NaN is one that isn't known
 * @param floor a spread is never taken to be less: nothing is as constant as a constant series seems
 */
export function upwardSpread(values: readonly number[], floor: number): { centre: number; spread: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  const sorted = sortedOf(known);
  const centre = quantileOf(sorted, 0.5);
  const deviation = quantileOf(sortedOf(known.map((value) => Math.abs(value - centre))), 0.5);
  const upper = quantileOf(sorted, 0.95) - centre;
  return { centre, spread: Math.max(1.4826 * deviation, upper / 1.645, floor) };
}

/** As typed numbers, which sort several times faster: this is where a diagnosis spends its time. */
const sortedOf = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** With interpolation between neighbours (type 7 of Hyndman & Fan 1996); 0 of nothing. */
function quantileOf(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p;
  const below = sorted[Math.floor(place)] ?? 0;
  return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place - Math.floor(place));
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

/** Share of normal windows that may be called incidents. Normal files hold real ones too, so what is measured comes out a little higher. */
const FALSE_ALARMS = 0.02;

/**
 * The surprise that only so few normal windows exceed: the lower of their own quantile, and of an exponential tail through their median and 90 %
 * quantile (−ln of a probability has such a tail). The first errs where the normal file holds an incident itself, which would hide the next of its
 * kind; the second leaves the largest tenth out, and errs where the tail bends.
 *
 * @param floor never less than this, where the normal file is too quiet to tell
 */
export function alarmLevel(surprises: readonly number[], floor: number): number {
  const sorted = sortedOf(surprises);
  const middle = quantileOf(sorted, 0.5);
  const high = quantileOf(sorted, 0.9);
  const tail = middle + ((high - middle) * Math.log(0.5 / FALSE_ALARMS)) / Math.log(0.5 / 0.1);
  return Math.max(floor, Math.min(tail, quantileOf(sorted, 1 - FALSE_ALARMS)));
}
