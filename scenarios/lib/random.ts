/** The next number of a stream: uniform in [0, 1), in steps of 2^-32. */
export type Random = () => number;

/** sfc32's author skips this many outputs after seeding, so that similar seeds (players 1, 2, 3…) drift apart: https://pracrand.sourceforge.net/ */
const WARM_UP_ROUNDS = 15;

/**
 * A seeded stream of random numbers: sfc32, the 32-bit Small Fast Counting generator by Chris Doty-Humphrey (PractRand, public domain).
 *
 * Its state has 128 bits, so that the streams of 100,000 players don't overlap within a run, as they would with a 32-bit generator.
 *
 * @param seed three words of 32 bits
 */
export function sfc32(seed: readonly [number, number, number]): Random {
  let [a, b, c] = seed;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) next();
  return next;
}

/**
 * What a player decides by chance, each on a stream of its own: an answer from the server that leads to one more or one fewer decision within a
 * journey must not change which journey comes next.
 */
export const STREAMS = { journeys: 1, details: 2, pauses: 3, chat: 4 } as const;

/**
 * The stream of one player (or of one arrival, in open load) for one kind of decision.
 *
 * @param seed the run's seed, a safe integer from 0
 * @param player number of the player or of the arrival, from 0
 */
export const randomOf = (seed: number, player: number, stream: keyof typeof STREAMS): Random =>
  sfc32([seed % 2 ** 32, player, Math.floor(seed / 2 ** 32) * 16 + STREAMS[stream]]);

/** Exponential values are cut off at this many means, as TPC-W does (clause 5.3.1.1): nobody sits still for a quarter of an hour. */
const EXPONENTIAL_MEANS_MAX = 10;

/** A pause of exponential length, cut off at ten means. Unit: that of `mean`. */
export const exponential = (random: Random, mean: number): number => Math.min(-Math.log(1 - random()), EXPONENTIAL_MEANS_MAX) * mean;

/** True mean of `exponential`: the cut at c means takes e^-c of it. */
export const exponentialMean = (mean: number): number => mean * (1 - Math.exp(-EXPONENTIAL_MEANS_MAX));

/** One element, each as likely as the others; undefined of an empty list. */
export const oneOf = <T>(random: Random, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

/** A whole number from `min` to `max`, both included. */
export const wholeNumber = (random: Random, min: number, max: number): number => min + Math.floor(random() * (max - min + 1));

/**
 * A choice with weights: (random) => one of the things, as often as its weight says.
 *
 * @param weighted [weight, thing], weights above 0 in any unit: only their ratio counts
 * @throws Error when there is nothing to choose from, or a weight is not above 0
 */
export function choice<T>(weighted: readonly (readonly [weight: number, thing: T])[]): (random: Random) => T {
  const bad = weighted.find(([weight]) => !(weight > 0 && Number.isFinite(weight)));
  if (bad) throw new Error(`a weight is ${bad[0]}: it has to be above 0`);
  const last = weighted.at(-1);
  if (!last) throw new Error('there is nothing to choose from: give at least one journey with its weight');
  const total = weighted.reduce((sum, [weight]) => sum + weight, 0);
  return (random) => {
    let left = random() * total;
    for (const [weight, thing] of weighted) {
      left -= weight;
      if (left < 0) return thing;
    }
    return last[1]; // rounding may leave a crumb above the last weight
  };
}
