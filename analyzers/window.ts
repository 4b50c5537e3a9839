import type { Client, Missing, Plan, Window } from './contract.ts';
import { BATCH_SLOTS, BATCHES_MIN, type SteadyState, steadyState } from './models/steady-state.ts';
import { activeSlots, type RunSeries, type SlotRange, slotStartS, slotsWithin, total, whyNotActive } from './series.ts';

/** A drift of mean latency below this share of the strictest latency limit cannot decide a target. Guess: tune. */
const NEGLIGIBLE_SHARE_OF_LIMIT = 0.05;
/** The same where no latency limit is given: 10 ms, below what a player notices. Guess: tune. */
const NEGLIGIBLE_S = 0.01;

/**
 * The stretch that targets are judged on: the plateau of full load without the declared warm-up, and from where MSER-5 finds latency and
 * throughput settled. Where they never settle it is all of the plateau, and where there is no plateau all of the run, with `steady` false.
 */
export function findWindow(plan: Plan, client: Client, series: RunSeries): Window | Missing {
  const active = activeSlots(client);
  if (active === null) return { missing: whyNotActive(client) };
  const whole = { fromS: slotStartS(client, active.from), toS: slotStartS(client, active.to) };
  if (plan.plateau === null) return { ...whole, steady: false, reason: 'the plan has no stretch of constant load' };
  const plateau = plateauSlots(plan, client, active);
  if (plateau.to <= plateau.from) return { ...whole, steady: false, reason: 'the run ended before its load was full and warm' };
  const found = settled(plan, client, series, plateau);
  const toS = slotStartS(client, plateau.to);
  if (!found.steady) return { fromS: slotStartS(client, plateau.from), toS, steady: false, reason: found.reason };
  const reason =
    found.fromSlot === 0 ? 'steady since the load was full' : `steady ${found.fromSlot * client.periodS} s after the load was full`;
  return { fromS: slotStartS(client, plateau.from + found.fromSlot), toS, steady: true, reason };
}

/** The slots at full load and past the declared warm-up, settled or not; null where there are none. */
export function fullLoadSlots(plan: Plan, client: Client): SlotRange | null {
  const active = activeSlots(client);
  if (active === null || plan.plateau === null) return null;
  const plateau = plateauSlots(plan, client, active);
  return plateau.to > plateau.from ? plateau : null;
}

function settled(plan: Plan, client: Client, series: RunSeries, plateau: SlotRange): SteadyState {
  if (total(series.requests, plateau) === 0) return { steady: false, reason: 'no request was measured' };
  const [lastedS, neededS] = [plateau.to - plateau.from, BATCH_SLOTS * BATCHES_MIN].map((slots) => slots * client.periodS);
  if (plateau.to - plateau.from < BATCH_SLOTS * BATCHES_MIN) {
    return { steady: false, reason: `full load lasted for ${lastedS} s, and it takes ${neededS} s to tell` };
  }
  return steadyState([latencySignal(plan, series, plateau), throughputSignal(series, plateau, client.periodS)]);
}

function plateauSlots(plan: Plan, client: Client, active: SlotRange): SlotRange {
  const startS = (client.executionStartS ?? client.startS) - firstUserS(plan);
  const { fromS, toS } = plan.plateau ?? { fromS: 0, toS: 0 };
  const planned = slotsWithin(client, startS + fromS + plan.warmUpS, startS + toS);
  // The last slot of a run that was cut short is itself cut short: its rate would look like a drop.
  const endedEarly = active.to <= planned.to;
  return { from: planned.from, to: endedEarly ? active.to - 1 : planned.to };
}

/**
 * Seconds from the start of the plan to its first user, whose activity is the first that k6 shows of an execution: a scenario may start late, and on
 * a slow ramp to few users k6 starts the first when the planned level has come to 1. Those of an open load are active from its start.
 */
function firstUserS({ load, stages }: Plan): number {
  const first = stages.find(({ fromLevel, toLevel }) => load.model === 'open' || Math.max(fromLevel, toLevel) >= 1);
  if (first === undefined) return 0;
  const { fromS, toS, fromLevel, toLevel } = first;
  if (load.model === 'open' || fromLevel >= 1) return fromS;
  return fromS + ((1 - fromLevel) / (toLevel - fromLevel)) * (toS - fromS);
}

function latencySignal(plan: Plan, series: RunSeries, { from, to }: SlotRange) {
  const limits = plan.limits.filter(({ id }) => id === 'latency-avg' || id === 'latency-p95').map(({ limit }) => limit / 1000);
  return {
    name: 'mean latency',
    numerators: series.latencySumS.slice(from, to),
    denominators: series.latencyCount.slice(from, to),
    negligible: limits.length === 0 ? NEGLIGIBLE_S : NEGLIGIBLE_SHARE_OF_LIMIT * Math.min(...limits),
  };
}

function throughputSignal(series: RunSeries, { from, to }: SlotRange, periodS: number) {
  const numerators = series.succeeded.slice(from, to);
  return { name: 'throughput', numerators, denominators: numerators.map(() => periodS), negligible: 0 };
}
