import type { Clock } from '../clock.ts';

/** The rule that applies where no other is made: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html */
export const DEFAULT_SAMPLING = { perS: 1, rate: 0.05 } as const;

/**
 * Decides for each request whether it is traced: the first `perS` of each second are (the reservoir), and of the others a share of `rate`.
 * The reservoir is refilled at the start of a second of the clock, as in the X-Ray SDKs, and what is left of it is not carried over.
 *
 * @param perS requests a second, not negative
 * @param rate share, 0 to 1
 * @param random uniform in [0, 1), as `Math.random`
 * @param clock epoch milliseconds
 * @throws RangeError on a negative reservoir or a rate outside of 0 to 1
 */
export const createSampler = ({ perS, rate }: { perS: number; rate: number }, random: () => number, clock: Clock): (() => boolean) => {
  if (!(perS >= 0)) throw new RangeError(`reservoir of ${perS} requests a second is negative`);
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`sampling rate ${rate} is not between 0 and 1`);
  let secondS = Number.NaN;
  let taken = 0;
  return () => {
    const nowS = Math.floor(clock() / 1000);
    if (nowS !== secondS) {
      secondS = nowS;
      taken = 0;
    }
    if (taken < perS) {
      taken++;
      return true;
    }
    return random() < rate;
  };
};
