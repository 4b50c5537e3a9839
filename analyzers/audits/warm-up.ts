import type { Audit, Client } from '../contract.ts';
import { quantileBounds } from '../models/histogram.ts';
import { trialsToClaim } from '../models/intervals.ts';
import { BATCH_SLOTS } from '../models/steady-state.ts';
import { latencyIn, type SlotRange, slotsWithin } from '../series.ts';
import { fullLoadSlots } from '../window.ts';
import { duration } from '../words.ts';

const QUANTILE = 0.95;

/**
 * MSER can't tell a warm-up from a stall in the first half of a run: both are cut off. So what was cut is held to the p95 limit, too, batch by batch,
 * since users who wait make few requests, and a stall drowns in those that come after it. A miss doesn't fail the run, for a system may be slow while it
 * warms up, but nobody should have to look for it.
 */
export const warmUp: Audit<'plan' | 'client' | 'window'> = {
  id: 'warm-up',
  question: 'Did what was left out as warm-up keep the p95 limit?',
  needs: ['plan', 'client', 'window'],
  audit({ plan, client, window }) {
    const fullLoad = fullLoadSlots(plan, client);
    const limit = plan.limits.find(({ id }) => id === 'latency-p95')?.limit;
    if (!window.steady || fullLoad === null || limit === undefined) return [];
    const cut = { from: fullLoad.from, to: slotsWithin(client, window.fromS, window.toS).from };
    const missed = batchesOf(cut).flatMap((batch) => missIn(client, batch, limit));
    if (missed.length === 0) return [];
    const [cutS, missedS] = [cut.to - cut.from, missed.length * BATCH_SLOTS].map((slots) => duration(slots * client.periodS));
    return {
      id: 'warm-up',
      verdict: 'warn',
      severity: 'medium',
      title: `${missedS} at full load missed the p95 limit, within the first ${cutS} that were left out as warm-up`,
      why: 'Targets are judged from where the run had settled. What came before may be a system that warms up, or a stall that players would have met.',
      evidence: [{ what: 'highest p95 of 5 slots in a row, at least', value: Math.max(...missed), limit, unit: 'ms' }],
      next: 'Look at the timeline: if this was no warm-up, find what stalled, and run again.',
    };
  },
};

const batchesOf = ({ from, to }: SlotRange): SlotRange[] =>
  Array.from({ length: Math.floor((to - from) / BATCH_SLOTS) }, (_, k) => ({
    from: from + k * BATCH_SLOTS,
    to: from + (k + 1) * BATCH_SLOTS,
  }));

/** The batch's p95 in milliseconds, when it lies above the limit whatever its histogram leaves open; none with too few requests to say. */
function missIn(client: Client, batch: SlotRange, limit: number): number[] {
  const latency = latencyIn(client, batch);
  if (latency === null || latency.count < trialsToClaim(QUANTILE, QUANTILE)) return [];
  const atLeastMs = 1000 * (quantileBounds(latency, QUANTILE)?.[0] ?? 0);
  return atLeastMs > limit ? [atLeastMs] : [];
}
