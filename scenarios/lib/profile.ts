import type { Options, Scenario } from 'k6/options';
import { type Rhythm, thinkTimeS } from './pace.ts';
import type { Settings } from './settings.ts';

/** Seconds that k6 gives a player to finish after its time: longer than a slow answer (p95 target 2 s), short enough not to stretch the run. */
const GRACE_S = 5;

/** k6's targets are whole numbers: counted per 100 s, a rate has two decimals. */
const RATE_UNIT_S = 100;

/** VUs ready beforehand, as a multiple of what the usual length of an arrival takes: k6 drops arrivals while it makes another. Guess: tune. */
const HEADROOM = 2;
/** Arrivals may take this many times as long again before k6 runs out of VUs for good. Guess: tune. */
const SLOWDOWN_MAX = 10;
/** A bound on memory: a VU of these scripts takes about a megabyte. Guess: tune. */
const VUS_MAX = 20_000;

/**
 * k6's options for a run.
 *
 * @param visitS usual length of one arrival in seconds (open load): with the rate it gives the number of VUs, by Little's law
 */
export function profile(settings: Settings, rhythm: Rhythm, visitS: number): Options {
  const shared: Options = { discardResponseBodies: true, maxRedirects: 0 };
  if (settings.load.model === 'open') return { ...shared, scenarios: { arrivals: arrivals(settings, settings.load.ratePerS, visitS) } };
  return {
    ...shared,
    scenarios: { players: players(settings, settings.load.users) },
    ext: { loadkit: { thinkTimeS: thinkTimeS(rhythm) } },
  };
}

/** Ramp up, hold, ramp down; without ramps k6 starts at the full level. */
const stages = (settings: Settings, level: number): { duration: string; target: number }[] =>
  [
    { durationS: settings.rampS, target: level },
    { durationS: settings.durationS - 2 * settings.rampS, target: level },
    { durationS: settings.rampS, target: 0 },
  ]
    .filter((stage) => stage.durationS > 0)
    .map((stage) => ({ duration: `${Math.round(stage.durationS * 1000)}ms`, target: stage.target }));

const players = (settings: Settings, users: number): Scenario => ({
  executor: 'ramping-vus',
  startVUs: settings.rampS > 0 ? 0 : users,
  stages: stages(settings, users),
  gracefulRampDown: `${GRACE_S}s`,
  gracefulStop: `${GRACE_S}s`,
});

function arrivals(settings: Settings, ratePerS: number, visitS: number): Scenario {
  const preAllocatedVUs = Math.min(VUS_MAX, Math.ceil(ratePerS * visitS * HEADROOM));
  const perUnit = Math.round(ratePerS * RATE_UNIT_S);
  return {
    executor: 'ramping-arrival-rate',
    startRate: settings.rampS > 0 ? 0 : perUnit,
    timeUnit: `${RATE_UNIT_S}s`,
    stages: stages(settings, perUnit),
    preAllocatedVUs,
    maxVUs: Math.min(VUS_MAX, preAllocatedVUs * SLOWDOWN_MAX),
    gracefulStop: `${GRACE_S}s`,
  };
}

/**
 * Seconds after the start at which k6 stops player n: in the ramp down the last to come go first. Infinite in open load, where players are not
 * stopped one by one.
 */
export function stopsAfterS(settings: Settings, n: number): number {
  if (settings.load.model === 'open') return Number.POSITIVE_INFINITY;
  return settings.durationS - settings.rampS * Math.min(1, n / settings.load.users);
}
