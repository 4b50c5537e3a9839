import { betaQuantile } from './beta.ts';
import { tQuantile } from './student-t.ts';

export type Interval = [lo: number, hi: number];

/**
 * Exact interval of a share: `failures` of `trials` (Clopper & Pearson 1934). With no failure at all the lower end is certain, so all of
 * the doubt goes to the upper one, which gives the rule of three (Hanley & Lippman-Hand 1983, "If nothing goes wrong, is everything all
 * right?"); likewise when everything failed. It takes trials to be independent: failures that come in bursts make it too narrow.
 *
 * @example clopperPearson(0, 2995, 0.95) // [0, 0.001]: what it takes to claim 99.9 %
 */
export function clopperPearson(failures: number, trials: number, confidence: number): Interval {
  if (!(trials > 0 && failures >= 0 && failures <= trials)) {
    throw new RangeError(`clopperPearson needs 0 ≤ failures ≤ trials and a trial, not ${failures} of ${trials}`);
  }
  const alpha = 1 - confidence;
  if (failures === 0) return [0, 1 - alpha ** (1 / trials)];
  if (failures === trials) return [alpha ** (1 / trials), 1];
  return [betaQuantile(alpha / 2, failures, trials - failures + 1), betaQuantile(1 - alpha / 2, failures + 1, trials - failures)];
}

/**
 * The fewest independent trials after which "none of them failed" claims, at this one-sided confidence, that a share of at least `quantile`
 * never fails: the smallest n with quantile^n ≤ 1 − confidence. The same number lets the largest of n values bound that quantile from above.
 *
 * @example trialsToClaim(0.999, 0.95) // 2995
 * @example trialsToClaim(0.95, 0.95) // 59
 */
export function trialsToClaim(quantile: number, confidence: number): number {
  if (!(quantile > 0 && quantile < 1)) throw new RangeError(`trialsToClaim needs a quantile between 0 and 1, not ${quantile}`);
  return Math.ceil(Math.log(1 - confidence) / Math.log(quantile));
}

/**
 * About how many trials would put the limit outside the interval of a share, were the share to stay as it is: the sample size of the
 * one-sample test of a proportion (Fleiss, Levin & Paik 2003, §2.3) at a power of one half. Null when share and limit are the same.
 */
export function trialsToSettleShare(share: number, limit: number, confidence: number): number | null {
  if (share === limit) return null;
  if (share === 0) return trialsToClaim(1 - limit, confidence);
  const z = normalQuantile(1 - (1 - confidence) / 2);
  return Math.ceil((z ** 2 * limit * (1 - limit)) / (share - limit) ** 2);
}

/** The t distribution with so many degrees of freedom is the normal one to five digits. */
const NORMAL_DEGREES = 1e6;
const normalQuantile = (p: number): number => tQuantile(p, NORMAL_DEGREES);

/** Batches for the interval of a mean: beyond 30 they gain little and lose independence (Schmeiser 1982). */
const BATCHES_MAX = 20;
/** Slots in a batch, at least: the batches of MSER-5, over which neighbouring seconds lose most of their correlation. Guess: tune. */
const SLOTS_PER_BATCH_MIN = 5;

/**
 * Interval of Σ numerators / Σ denominators, slot by slot in time: mean latency is Σ seconds / Σ requests, throughput Σ requests / Σ seconds.
 *
 * Neighbouring requests wait in the same queues, so their latencies are correlated, and the naive σ/√n over requests is far too narrow.
 * Slots are gathered into long batches, which are nearly independent, and the interval is Student's over the batches (batch means: Law,
 * Simulation Modeling and Analysis, 5th ed., §9.5.3), by the ratio estimator since batches differ in weight (Cochran 1977, §6.4).
 *
 * Null when there are fewer than two batches, or the denominators add up to 0.
 *
 * @param slotsPerBatchMin 1 where a slot is as long as a batch should be: a period of CloudWatch
 */
export function ratioInterval(
  numerators: readonly number[],
  denominators: readonly number[],
  confidence: number,
  slotsPerBatchMin: number = SLOTS_PER_BATCH_MIN,
): Interval | null {
  const slots = numerators.length;
  const batches = Math.min(BATCHES_MAX, Math.floor(slots / slotsPerBatchMin));
  const ratio = sumOf(numerators) / sumOf(denominators);
  if (batches < 2 || !Number.isFinite(ratio)) return null;
  let squares = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const from = Math.floor((batch * slots) / batches);
    const to = Math.floor(((batch + 1) * slots) / batches);
    squares += (sumOf(numerators, from, to) - ratio * sumOf(denominators, from, to)) ** 2;
  }
  const deviation = Math.sqrt(squares / (batches - 1)) / (sumOf(denominators) / batches);
  const half = (tQuantile(1 - (1 - confidence) / 2, batches - 1) * deviation) / Math.sqrt(batches);
  return [ratio - half, ratio + half];
}

function sumOf(values: readonly number[], from = 0, to = values.length): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += values[index] ?? 0;
  return sum;
}
