import {
  type Client,
  type GeneratorSummary,
  isMissing,
  type Missing,
  type Plan,
  type Target,
  type TargetLimit,
  type Window,
} from '../contract.ts';
import type { RunSeries } from '../series.ts';
import { fullLoadSlots } from '../window.ts';
import { availability } from './availability.ts';
import { errorRate } from './error-rate.ts';
import { latencyAvg } from './latency-avg.ts';
import { latencyP95 } from './latency-p95.ts';
import { countsIn, inconclusive, type Judged, sampleOf, type TargetInput, type TargetJudge } from './target.ts';
import { thresholdTargets } from './thresholds.ts';
import { throughput } from './throughput.ts';

/** In the order of the report. */
export const TARGETS: readonly TargetJudge[] = [latencyAvg, latencyP95, errorRate, throughput, availability];

export interface Measured {
  client: Client;
  series: RunSeries;
}

/** Judges every limit of the plan, and every threshold of the script's own. A limit that is absent from the plan is no target. */
export function judgeTargets(
  plan: Plan,
  measured: Measured | Missing,
  window: Window | Missing,
  generatorHealth: GeneratorSummary | Missing,
): Target[] {
  const input = inputOf(plan, measured, window, generatorHealth);
  const standard = TARGETS.flatMap((target) =>
    plan.limits.filter(({ id }) => id === target.id).map((limit) => judgeTarget(target, limit, plan, input)),
  );
  return [...standard, ...(isMissing(measured) ? [] : thresholdTargets(plan, measured.client))];
}

function inputOf(
  plan: Plan,
  measured: Measured | Missing,
  window: Window | Missing,
  generatorHealth: GeneratorSummary | Missing,
): TargetInput | Missing {
  if (isMissing(measured)) return measured;
  if (isMissing(window)) return window;
  const { client, series } = measured;
  const sample = sampleOf(client, series, window);
  const range = fullLoadSlots(plan, client);
  const fullLoad = range === null ? sample : countsIn(client, series, range);
  return { plan, client, window, generatorHealth, sample, fullLoad };
}

function judgeTarget(target: TargetJudge, { id, limit }: TargetLimit, plan: Plan, input: TargetInput | Missing): Target {
  const judged = isMissing(input) ? inconclusive(input.missing) : judgeSafely(target, limit, input);
  const outOfReach = target.outOfReach?.(limit, plan) ?? null;
  const asked = { id, limit, unit: target.unit };
  // Think time is a mean: a limit just out of reach may be reached all the same.
  const counts = outOfReach === null || judged.verdict === 'pass';
  return counts ? { ...asked, ...judged } : { ...asked, ...judged, verdict: 'skipped', reason: outOfReach };
}

/** As with audits, one target that throws takes down neither the others nor the report, and it does not pass. */
function judgeSafely(target: TargetJudge, limit: number, input: TargetInput): Judged {
  try {
    return target.judge(limit, input);
  } catch (error) {
    return inconclusive(`the target ${target.id} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
