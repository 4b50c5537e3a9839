/**
 * X-Ray's default rule: the first request of each second, and 5 % of the others.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
export const createSampler = (random: () => number, clockMs: () => number, { perS = 1, rate = 0.05 } = {}): (() => boolean) => {
  let second = Number.NaN;
  let taken = 0;
  return () => {
    const now = Math.floor(clockMs() / 1000);
    if (now !== second) {
      second = now;
      taken = 0;
    }
    if (taken < perS) {
      taken++;
      return true;
    }
    return random() < rate;
  };
};
