import { type Random, randomSource } from '../analyzers/models/random.ts';
import type { TelemetryFile, TelemetrySeries } from '../analyzers/telemetry-file.ts';

/**
 * Telemetry of an invented application: a random graph of calls, with what spoils real telemetry — noise that is correlated in time, bursts, nodes that are
 * hardly ever called, drift between the two files, missing datapoints — and one planted cause. It shares nothing with the diagnosis but the
 * file format.
 */

export type Fault =
  /** The node takes longer. */
  | 'slow'
  /** A part of its requests fails. */
  | 'failing'
  /** A part of its requests fails, and is tried again until it does not: its callers wait, and nothing fails above it. */
  | 'retried'
  /** It refuses what is over its capacity: throttles, which its callers see as failures, and as waits for the second try. */
  | 'throttled'
  /** Its processor is at its limit, and it takes longer. */
  | 'saturated';

export interface SimulatedCase {
  normal: TelemetryFile;
  incident: TelemetryFile;
  symptom: { node: string; metric: string; stat: string };
  /** Null where nothing was planted. */
  cause: string | null;
  fault: Fault | null;
}

export interface SimulationOptions {
  seed: number;
  nodes?: number;
  normalPeriods?: number;
  incidentPeriods?: number;
  /** Null plants nothing. */
  fault: Fault | null;
  /** What the cause adds to the symptom: a share of its usual latency, or of its requests. */
  size?: number;
  /** The whole incident file is affected, without a healthy period beside it. */
  wholeWindow?: boolean;
}

const PERIOD_S = 60;
const START_S = 1_790_000_000;

interface Node {
  id: string;
  /** Calls of each kind that one request makes: callee, how many, and whether it waits for them. */
  calls: { callee: number; each: number; waits: boolean }[];
  ownS: number;
  noise: number;
  burstChance: number;
  failing: number;
  missing: number;
  hasGauges: boolean;
}

export function simulate(options: SimulationOptions): SimulatedCase {
  const { seed, fault, nodes: count = 14, normalPeriods = 400, incidentPeriods = 12 } = options;
  const random = randomSource(seed);
  const nodes = makeNodes(random, count);
  const ratePerPeriod = 200 * 10 ** random.uniform();
  const reached = trafficShares(nodes);
  // Who tries again what the symptom's own node fails in is not in the file.
  const candidates = nodes.flatMap((_, i) => ((reached[i] ?? 0) > 0.05 && !(fault === 'retried' && i === 0) ? [i] : []));
  const cause = fault === null ? null : (candidates[Math.floor(random.uniform() * candidates.length)] ?? 0);
  const latencyUsualS =
    latencies(
      nodes,
      nodes.map(({ ownS }) => ownS),
    )[0] ?? 1;
  const levels = nodes.map(() => Math.exp(0.1 * random.normal()));
  const make = (periods: number, startS: number, from: number, to: number, drifted: boolean): TelemetryFile => {
    const drift = nodes.map((_, i) => (drifted ? (levels[i] ?? 1) : 1));
    return observe({
      nodes,
      random,
      periods,
      startS,
      ratePerPeriod,
      drift,
      plant: { cause, fault, from, to, size: options.size ?? 0.3, latencyUsualS, share: reached },
    });
  };
  const onset = options.wholeWindow ? 0 : 1 + Math.floor(random.uniform() * (incidentPeriods / 2));
  const end = options.wholeWindow
    ? incidentPeriods
    : Math.min(incidentPeriods, onset + 2 + Math.floor(random.uniform() * (incidentPeriods / 2)));
  return {
    normal: make(normalPeriods, START_S, 0, 0, false),
    // What fills the window can't be told from drift: that case goes without.
    incident: make(incidentPeriods, START_S + 40 * 86_400, onset, end, options.wholeWindow !== true),
    symptom: {
      node: 'n0',
      metric: fault === 'failing' || fault === 'throttled' ? 'Errors' : 'Latency',
      stat: fault === 'failing' || fault === 'throttled' ? 'Sum' : 'Average',
    },
    cause: cause === null ? null : `n${cause}`,
    fault,
  };
}

function makeNodes(random: Random, count: number): Node[] {
  const nodes = Array.from(
    { length: count },
    (_, i): Node => ({
      id: `n${i}`,
      calls: [],
      ownS: 0.003 * 30 ** random.uniform(),
      noise: 0.03 + 0.15 * random.uniform(),
      burstChance: random.uniform() < 0.2 ? 0.02 : 0.001,
      failing: random.uniform() < 0.3 ? 0.003 * random.uniform() : 0,
      missing: random.uniform() < 0.3 ? 0.1 * random.uniform() : 0,
      hasGauges: random.uniform() < 0.7,
    }),
  );
  for (let i = 1; i < count; i += 1) {
    const callers = 1 + Math.floor(random.uniform() * 2.2);
    for (let c = 0; c < callers; c += 1) {
      const caller = nodes[Math.floor(random.uniform() * i)];
      if (caller === undefined || caller.calls.some(({ callee }) => callee === i)) continue;
      const each = random.uniform() < 0.1 ? 0.005 : 0.2 + 1.3 * random.uniform();
      caller.calls.push({ callee: i, each, waits: random.uniform() < 0.9 });
    }
  }
  return nodes;
}

/** Requests to each node for one to the first, along calls that are waited for. */
function trafficShares(nodes: readonly Node[]): number[] {
  const shares = nodes.map((_, i): number => (i === 0 ? 1 : 0));
  nodes.forEach(({ calls }, i) => {
    for (const { callee, each, waits } of calls) if (waits) shares[callee] = (shares[callee] ?? 0) + (shares[i] ?? 0) * each;
  });
  return shares;
}

/** Callees have larger numbers than their callers. */
function latencies(nodes: readonly Node[], ownS: readonly number[]): number[] {
  const total = [...ownS];
  for (let i = nodes.length - 1; i >= 0; i -= 1) {
    for (const { callee, each, waits } of nodes[i]?.calls ?? []) if (waits) total[i] = (total[i] ?? 0) + each * (total[callee] ?? 0);
  }
  return total;
}

/** A caller fails when one of the calls that it waits for does. */
function failures(nodes: readonly Node[], own: readonly number[]): number[] {
  const total = [...own];
  for (let i = nodes.length - 1; i >= 0; i -= 1) {
    for (const { callee, each, waits } of nodes[i]?.calls ?? []) {
      if (waits) total[i] = 1 - (1 - (total[i] ?? 0)) * (1 - Math.min(1, each * (total[callee] ?? 0)));
    }
  }
  return total;
}

interface Plant {
  cause: number | null;
  fault: Fault | null;
  from: number;
  to: number;
  size: number;
  latencyUsualS: number;
  share: readonly number[];
}

interface Observation {
  nodes: readonly Node[];
  random: Random;
  periods: number;
  startS: number;
  ratePerPeriod: number;
  drift: readonly number[];
  plant: Plant;
}

function observe({ nodes, random, periods, startS, ratePerPeriod, drift, plant }: Observation): TelemetryFile {
  const rows = nodes.map((): Row[] => []);
  const wander = nodes.map(() => 0);
  for (let t = 0; t < periods; t += 1) {
    const load = 1 + 0.15 * Math.sin((2 * Math.PI * t) / 180) + 0.03 * random.normal();
    const isOn = (i: number): boolean => plant.cause === i && t >= plant.from && t < plant.to;
    const ownS = nodes.map(({ ownS: usual, noise, burstChance }, i) => {
      wander[i] = 0.6 * (wander[i] ?? 0) + 0.8 * random.normal();
      const burst = random.uniform() < burstChance ? 1 + 2 * random.uniform() : 1;
      return usual * (drift[i] ?? 1) * Math.exp(noise * (wander[i] ?? 0)) * burst + (isOn(i) ? addedS(plant, i) : 0);
    });
    const own = nodes.map(({ failing }, i) => failing + (isOn(i) ? addedFailures(plant, i) : 0));
    const latency = latencies(nodes, ownS);
    const failed = failures(nodes, plant.fault === 'retried' ? nodes.map(({ failing }) => failing) : own);
    nodes.forEach((_, i) => {
      if (plant.fault !== 'retried' || !isOn(i)) return;
      // It is who tries again that takes the time, and who does not fail.
      latency[i] = (latency[i] ?? 0) - addedS(plant, i);
      failed[i] = own[i] ?? 0;
    });
    const requests = requestsOf(nodes, random, ratePerPeriod * load);
    nodes.forEach((node, i) => {
      const count = requests[i] ?? 0;
      const isGone = random.uniform() < node.missing;
      const measured = {
        Requests: count,
        Latency: count === 0 ? null : (latency[i] ?? 0) * Math.exp((0.5 * random.normal()) / Math.sqrt(count)),
        Errors: Math.min(count, random.poisson(count * (failed[i] ?? 0))),
      };
      rows[i]?.push({
        ...(isGone ? { Requests: null, Latency: null, Errors: null } : measured),
        Throttles: isOn(i) && plant.fault === 'throttled' ? random.poisson(1 + count * (own[i] ?? 0)) : 0,
        CPUUtilization: isOn(i) && plant.fault === 'saturated' ? 96 + 3 * random.uniform() : 30 * load + 4 * random.normal(),
      });
    });
  }
  return toFile(nodes, rows, periods, startS);
}

function addedS({ fault, size, latencyUsualS, share }: Plant, i: number): number {
  if (fault === 'failing') return 0;
  return ((fault === 'throttled' ? 0.3 : 1) * size * latencyUsualS) / (share[i] ?? 1);
}

function addedFailures({ fault, size, share }: Plant, i: number): number {
  return fault === 'failing' || fault === 'throttled' || fault === 'retried' ? Math.min(0.8, (0.2 * size) / (share[i] ?? 1)) : 0;
}

function requestsOf(nodes: readonly Node[], random: Random, rate: number): number[] {
  const requests = nodes.map((_, i) => (i === 0 ? random.poisson(rate) : 0));
  nodes.forEach(({ calls }, i) => {
    for (const { callee, each } of calls) requests[callee] = (requests[callee] ?? 0) + random.poisson((requests[i] ?? 0) * each);
  });
  return requests;
}

const SERIES = [
  { metric: 'Latency', stat: 'Average', unit: 'Seconds' },
  { metric: 'Requests', stat: 'Sum' },
  { metric: 'Errors', stat: 'Sum' },
  { metric: 'Throttles', stat: 'Sum' },
  { metric: 'CPUUtilization', stat: 'Average', unit: 'Percent' },
] as const;
type Row = Record<(typeof SERIES)[number]['metric'], number | null>;

function toFile(nodes: readonly Node[], rows: readonly (readonly Row[])[], periods: number, startS: number): TelemetryFile {
  const series = nodes.flatMap(({ id, hasGauges }, i) => {
    const ofNode = rows[i] ?? [];
    const told = hasGauges || ofNode.some(({ CPUUtilization }) => (CPUUtilization ?? 0) > 90);
    return SERIES.filter(({ metric }) => told || metric !== 'CPUUtilization').map(
      (described): TelemetrySeries => ({ node: id, ...described, values: ofNode.map((row) => row[described.metric]) }),
    );
  });
  return {
    schemaVersion: 1,
    periodS: PERIOD_S,
    times: Array.from({ length: periods }, (_, t) => startS + t * PERIOD_S),
    nodes: nodes.map(({ id }) => ({ id })),
    edges: nodes.flatMap(({ id, calls }) => calls.map(({ callee }) => ({ from: id, to: `n${callee}` }))),
    series,
  };
}
