import { mean, median } from 'simple-statistics';
import { mannKendallP, theilSenSlope } from './trend.ts';

/**
 * Where a run has settled, by MSER-5: of all ways to cut off the start, the one that leaves the mean of the rest with the smallest standard
 * error. White 1997, "An effective truncation heuristic for bias reduction in simulation output"; found the best of its kind and fit to run
 * unattended by Hoad, Robinson & Davies 2008, 2010.
 */

/** Slots in a batch: the 5 of MSER-5. */
export const BATCH_SLOTS = 5;
/** Fewer batches than this cannot be told from their own noise. Guess: tune. */
export const BATCHES_MIN = 6;
/** The last batches are no place to cut: what is left varies too little by chance (Hoad, Robinson & Davies 2010). */
const BATCHES_AFTER_CUT_MIN = 5;
/** Significance of a trend, small since several are looked for in every run. */
const TREND_P = 0.01;
/** A drift over the window of more than this share of the median changes what the run measured. Guess: tune. */
const MATERIAL_SHARE = 1 / 3;

/** A change of the mean by this share is within what a run's repetition would show. Guess: tune. */
const HARMLESS_SHARE = 0.01;

/** What is watched for having settled, slot by slot: Σ numerators / Σ denominators is its value over any stretch. */
export interface Signal {
  /** In the words of a reason: `mean latency`, `throughput`. */
  name: string;
  numerators: readonly number[];
  /** A stretch whose denominators add up to 0 has no value: no latency without requests. */
  denominators: readonly number[];
  /** A drift below this never matters, in the signal's unit: 2 ms that become 4 ms are of no concern to a limit of 500 ms. */
  negligible: number;
}

export type SteadyState = { steady: true; fromSlot: number } | { steady: false; reason: string };

/**
 * The slot from which on all signals are settled: the latest of their truncations. Not steady when
 * - there are fewer than 6 batches of 5 slots,
 * - the best cut of a signal lies in the second half, and its level differs before and after,
 * - a signal has a trend after the cut (Mann–Kendall p < 0.01) that, held up for the whole stretch, changes its level.
 * Levels are medians, and differ by more than a third and by more than is negligible: with enough data any difference is significant, and
 * on noise the best cut may lie anywhere.
 */
export function steadyState(signals: readonly Signal[]): SteadyState {
  let fromBatch = 0;
  for (const signal of signals) {
    const { indices, values } = batchesOf(signal);
    if (values.length < BATCHES_MIN) {
      return { steady: false, reason: `${signal.name} has ${values.length} batches of ${BATCH_SLOTS} slots, ${BATCHES_MIN} are needed` };
    }
    if (changesLate(signal, values)) return { steady: false, reason: `${signal.name} was still settling at half time` };
    fromBatch = Math.max(fromBatch, indices[withoutHarmless(values, mser(values))] ?? 0);
  }
  for (const signal of signals) {
    const drift = driftAfter(signal, fromBatch);
    if (drift !== null) return { steady: false, reason: drift };
  }
  return { steady: true, fromSlot: fromBatch * BATCH_SLOTS };
}

function changesLate(signal: Signal, values: number[]): boolean {
  const half = Math.floor(values.length / 2);
  const cut = mser(values, Math.max(half, values.length - BATCHES_AFTER_CUT_MIN));
  if (cut < half) return false;
  const after = values.slice(cut);
  return Math.abs(median(values.slice(0, cut)) - median(after)) > materialChange(signal, after);
}

/**
 * A cut moved back to the start over batches that change the mean of what is left by no more than 1 %. MSER weighs bias against noise alone:
 * where there is next to no noise it cuts tails of no consequence, and by chance it cuts a stretch that is like the rest.
 */
function withoutHarmless(values: readonly number[], best: number): number {
  const target = mean(values.slice(best));
  let cut = best;
  while (cut > 0 && Math.abs(mean(values.slice(cut - 1)) - target) <= HARMLESS_SHARE * Math.abs(target)) cut -= 1;
  return cut;
}

function driftAfter(signal: Signal, fromBatch: number): string | null {
  const { indices, values } = batchesOf(signal, fromBatch);
  if (values.length < 2 || mannKendallP(values) >= TREND_P) return null;
  // Over the whole stretch: a late cut would otherwise hide a part of the drift.
  const drift = theilSenSlope(indices, values) * Math.floor(signal.numerators.length / BATCH_SLOTS);
  if (Math.abs(drift) <= materialChange(signal, values)) return null;
  const share = Math.abs(drift) / median(values);
  const size = Number.isFinite(share) ? `by ${Math.round(100 * share)} % of its median` : 'from nothing';
  return `${signal.name} kept ${drift > 0 ? 'rising' : 'falling'}, ${size}`;
}

const materialChange = (signal: Signal, values: number[]): number => Math.max(signal.negligible, MATERIAL_SHARE * Math.abs(median(values)));

/** Batch means with their place in time; a batch without a value leaves a hole. An incomplete last batch is left out. */
function batchesOf({ numerators, denominators }: Signal, fromBatch = 0): { indices: number[]; values: number[] } {
  const indices: number[] = [];
  const values: number[] = [];
  for (let batch = fromBatch; (batch + 1) * BATCH_SLOTS <= numerators.length; batch += 1) {
    let numerator = 0;
    let denominator = 0;
    for (let slot = batch * BATCH_SLOTS; slot < (batch + 1) * BATCH_SLOTS; slot += 1) {
      numerator += numerators[slot] ?? 0;
      denominator += denominators[slot] ?? 0;
    }
    if (denominator > 0) {
      indices.push(batch);
      values.push(numerator / denominator);
    }
  }
  return { indices, values };
}

/**
 * How many of the batch means to cut off at the start: the d ≤ `cutMax` with the smallest Σ(x − x̄)² / (n − d)², sums over the n − d that are left.
 *
 * The first half is searched. Cuts that leave a handful of batches look good by chance: on pure noise of 20 batches the best cut of all lies in
 * the second half one time in eight, and one time in three when neighbours are correlated (0.8).
 *
 * @example mser([9, 5, 1, 1, 1, 1, 1, 1]) // 2
 */
export function mser(values: readonly number[], cutMax = Math.floor(values.length / 2)): number {
  let best = 0;
  let bestError = Number.POSITIVE_INFINITY;
  let count = 0;
  let average = 0;
  let squares = 0;
  // Backwards, so that each cut adds one value to the moments (Welford 1962); on a tie the earlier cut wins, which keeps more data.
  for (let cut = values.length - 1; cut >= 0; cut -= 1) {
    const value = values[cut] ?? 0;
    count += 1;
    const delta = value - average;
    average += delta / count;
    squares += delta * (value - average);
    const error = squares / count ** 2;
    if (cut <= cutMax && error <= bestError) {
      best = cut;
      bestError = error;
    }
  }
  return best;
}
