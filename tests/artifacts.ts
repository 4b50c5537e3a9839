import {
  type Client,
  type EndpointSeries,
  type ErrorClass,
  type Generator,
  type GeneratorSample,
  type Histogram,
  type Load,
  type NotAsked,
  type Plan,
  type PlatformArtifact,
  SCHEMA_VERSION,
  type TrendSeries,
} from '../analyzers/contract.ts';
import { histogramOf } from '../analyzers/models/histogram.ts';
import { type Random, randomSource } from '../analyzers/models/random.ts';

/** What a synthetic run is like. Everything has a default, so that a test names only what it is about. */
export interface SyntheticOptions {
  seed?: number;
  /** Players of a closed run. */
  users?: number;
  /** Arrivals per second: makes the run an open one. Each arrival makes one request. */
  ratePerS?: number;
  /** Ramps included. */
  durationS?: number;
  /** Length of each ramp, up and down. */
  rampS?: number;
  thinkTimeS?: number | null;
  /** How many endpoints share the traffic; the first gets most of it (Zipf). */
  endpoints?: number;
  /** Median of the first endpoint; later ones are up to twice as slow. */
  latencyMs?: number;
  /** Standard deviation of the logarithm: 0.5 is the spread of a healthy service, 1 is a long tail. */
  latencySigma?: number;
  /** Factor on latency, by seconds since execution began: warm-up, drift and saturation are drawn with it. */
  latencyFactor?: (elapsedS: number) => number;
  errorRate?: number;
  periodS?: number;
  scenario?: string;
  /** Share of the machine that is busy. */
  machineCpu?: number;
}

export interface SyntheticRun extends Record<PlatformArtifact, NotAsked> {
  plan: Plan;
  client: Client;
  generator: Generator;
}

/** A run that asked no platform. */
const notAsked: NotAsked = { notAsked: 'no platform was asked' };
export const NO_PLATFORM: Record<PlatformArtifact, NotAsked> = {
  platform: notAsked,
  inventory: notAsked,
  alarms: notAsked,
  traces: notAsked,
};

/** The limits that the game is held to (k6.config.json). */
const GAME_LIMITS: Plan['limits'] = [
  { id: 'latency-avg', limit: 500 },
  { id: 'latency-p95', limit: 2000 },
  { id: 'error-rate', limit: 0.01 },
  { id: 'throughput', limit: 150 },
  { id: 'availability', limit: 0.999 },
];

const START_S = Date.parse('2026-11-24T10:00:00Z') / 1000;
/** k6 makes its users before it begins to execute. */
const SETUP_S = 0.4;
/** Requests under way when the ramp down ends still get their answer: k6's graceful stop. */
const TAIL_S = 2;

const ROUTES = [
  'GET /characters/:id',
  'POST /characters/:id/activity',
  'POST /characters/:id/sync',
  'GET /market/listings',
  'POST /auth/login',
  'GET /guilds/:id',
  'POST /market/listings',
  'POST /market/listings/:id/buy',
  'GET /leaderboards/:name',
  'GET /characters/:id/inventory',
  'POST /auth/refresh',
  'POST /characters',
  'POST /guilds/:id/messages',
  'DELETE /market/listings/:id',
];
const routeName = (index: number): string => ROUTES[index] ?? `GET /extra/${index}/:id`;

/**
 * A whole run as it would lie on disk, the same for the same options: Poisson arrivals, log-normal latencies, linear ramps, one plateau.
 * `client.exact` holds the true values of the drawn sample, so it stands to the histograms as k6's own summary does.
 *
 * @example syntheticRun({ users: 1000, durationS: 300, errorRate: 0.02 })
 */
export function syntheticRun(options: SyntheticOptions = {}): SyntheticRun {
  const given = withDefaults(options);
  const random = randomSource(given.seed);
  const plan = makePlan(given);
  const client = makeClient(given, plan, random);
  return { ...NO_PLATFORM, plan, client, generator: makeGenerator(given, client, random) };
}

type Given = Required<Omit<SyntheticOptions, 'ratePerS'>> & { ratePerS: number | undefined };

function withDefaults(options: SyntheticOptions): Given {
  const durationS = options.durationS ?? 120;
  return {
    seed: options.seed ?? 1,
    users: options.users ?? 200,
    ratePerS: options.ratePerS,
    durationS,
    rampS: options.rampS ?? Math.min(30, durationS / 8),
    thinkTimeS: options.thinkTimeS === undefined ? 1 : options.thinkTimeS,
    endpoints: options.endpoints ?? 5,
    latencyMs: options.latencyMs ?? 20,
    latencySigma: options.latencySigma ?? 0.5,
    latencyFactor: options.latencyFactor ?? (() => 1),
    errorRate: options.errorRate ?? 0,
    periodS: options.periodS ?? 1,
    scenario: options.scenario ?? 'mixed',
    machineCpu: options.machineCpu ?? 0.35,
  };
}

function makePlan(given: Given): Plan {
  const load: Load =
    given.ratePerS === undefined ? { model: 'closed', usersMax: given.users } : { model: 'open', ratePerS: given.ratePerS };
  const level = given.ratePerS ?? given.users;
  const downS = given.durationS - given.rampS;
  const iso = (elapsedS: number): string => new Date((START_S + elapsedS) * 1000).toISOString();
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: `20261124T100000Z-${given.scenario}-${level}`,
    scenario: given.scenario,
    shipped: true,
    load,
    durationS: given.durationS,
    stages: [
      { fromS: 0, toS: given.rampS, fromLevel: 0, toLevel: level },
      { fromS: given.rampS, toS: downS, fromLevel: level, toLevel: level },
      { fromS: downS, toS: given.durationS, fromLevel: level, toLevel: 0 },
    ],
    plateau: downS > given.rampS ? { fromS: given.rampS, toS: downS } : null,
    warmUpS: 0,
    thinkTimeS: given.thinkTimeS,
    seed: given.seed,
    tracePrefix: '1-6a000000-0badcafe',
    target: { http: 'http://127.0.0.1:8080', ws: 'ws://127.0.0.1:8081', embedded: false, notes: [] },
    limits: GAME_LIMITS.map((limit) => ({ ...limit })),
    engine: { name: 'k6', version: '2.2.0', from: 'cache' },
    versions: { loadkit: '0.1.0', node: '24.21.0', commit: '0123abc' },
    machine: { os: 'linux', arch: 'x64', cpus: 2, memoryBytes: 8 * 2 ** 30 },
    startedAt: iso(0),
    endedAt: iso(given.durationS + TAIL_S),
    outcome: { exitCode: 0, signal: null, interrupted: 'no', trouble: null },
  };
}

/** Planned users or arrivals/s, in seconds since execution began. */
function levelAt(plan: Plan, elapsedS: number): number {
  const stage = plan.stages.find((candidate) => elapsedS >= candidate.fromS && elapsedS < candidate.toS);
  if (stage === undefined) return 0;
  const share = (elapsedS - stage.fromS) / (stage.toS - stage.fromS);
  return stage.fromLevel + share * (stage.toLevel - stage.fromLevel);
}

function makeClient(given: Given, plan: Plan, random: Random): Client {
  const slots = Math.ceil((given.durationS + SETUP_S + TAIL_S) / given.periodS);
  const weights = zipfWeights(given.endpoints);
  const tallies = weights.map((_, index) => new EndpointTally(routeName(index), slots));
  const users: (number | null)[] = [];
  const iterations: number[] = [];
  const chat: (Histogram | null)[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const elapsedS = (slot + 0.5) * given.periodS - SETUP_S;
    const level = levelAt(plan, elapsedS);
    const factor = given.latencyFactor(elapsedS);
    const perS = given.ratePerS === undefined ? level / ((given.thinkTimeS ?? 1) + (given.latencyMs * factor) / 1000) : level;
    const counts = weights.map((weight) => random.poisson(perS * weight * given.periodS));
    for (const [index, tally] of tallies.entries()) tally.draw(slot, counts[index] ?? 0, given, factor, index, random);
    const inSlot = counts.reduce((sum, count) => sum + count, 0);
    users.push(elapsedS < 0 || elapsedS > given.durationS ? null : Math.round(given.ratePerS === undefined ? level : perS * 0.1));
    iterations.push(given.ratePerS === undefined ? Math.round(inSlot / 8) : inSlot);
    chat.push(drawTrend(Math.round(inSlot / 10), given, factor, random));
  }
  const trends: TrendSeries[] = [{ name: 'chat_round_trip', unit: 's', slots: chat }];
  return {
    schemaVersion: SCHEMA_VERSION,
    startS: START_S,
    periodS: given.periodS,
    slots,
    executionStartS: START_S + SETUP_S,
    endpoints: tallies.map((tally) => tally.series()),
    trends,
    counters: [{ name: 'ws_reconnects', slots: users.map((_, slot) => (slot % 20 === 19 ? 1 : 0)) }],
    users,
    iterations,
    droppedIterations: users.map(() => 0),
    errorClasses: tallies.flatMap((tally) => tally.errorClasses()),
    scriptErrors: { count: 0, messages: [] },
    overflow: { names: 0, seriesLost: 0 },
    gaps: [],
    exact: exactSummary(tallies),
    complete: true,
  };
}

/** Requests of one endpoint as they are drawn. */
class EndpointTally {
  readonly name: string;
  readonly durationsS: number[] = [];
  readonly requests: number[];
  readonly errors: number[];
  readonly latencyS: (Histogram | null)[];
  private readonly byStatus = new Map<string, number>();

  constructor(name: string, slots: number) {
    this.name = name;
    this.requests = new Array<number>(slots).fill(0);
    this.errors = new Array<number>(slots).fill(0);
    this.latencyS = new Array<Histogram | null>(slots).fill(null);
  }

  draw(slot: number, count: number, given: Given, factor: number, index: number, random: Random): void {
    if (count === 0) return;
    const medianS = (given.latencyMs / 1000) * factor * (1 + index / given.endpoints);
    const drawn = Array.from({ length: count }, () => medianS * Math.exp(given.latencySigma * random.normal()));
    for (const value of drawn) this.durationsS.push(value);
    this.requests[slot] = count;
    this.latencyS[slot] = histogramOf(drawn);
    for (let request = 0; request < count; request += 1) if (random.uniform() < given.errorRate) this.fail(slot, random);
  }

  private fail(slot: number, random: Random): void {
    this.errors[slot] = (this.errors[slot] ?? 0) + 1;
    const status = random.uniform() < 0.9 ? '500' : '0';
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }

  errorClasses(): ErrorClass[] {
    // 1050: request timeout, 1500: HTTP 500. https://grafana.com/docs/k6/latest/javascript-api/error-codes/
    return [...this.byStatus].map(([status, count]) => ({
      endpoint: this.name,
      status,
      errorCode: status === '0' ? '1050' : '1500',
      count,
    }));
  }

  series(): EndpointSeries {
    return { name: this.name, requests: this.requests, errors: this.errors, latencyS: this.latencyS };
  }
}

function drawTrend(count: number, given: Given, factor: number, random: Random): Histogram | null {
  if (count === 0) return null;
  return histogramOf(
    Array.from({ length: count }, () => (given.latencyMs / 500) * factor * Math.exp(given.latencySigma * random.normal())),
  );
}

function exactSummary(tallies: readonly EndpointTally[]): Client['exact'] {
  const sortedMs = Float64Array.from(
    tallies.flatMap((tally) => tally.durationsS),
    (value) => value * 1000,
  ).sort();
  const requests = sortedMs.length;
  const failed = tallies.flatMap((tally) => tally.errors).reduce((sum, errors) => sum + errors, 0);
  const at = (q: number): number => sortedMs[Math.max(0, Math.ceil(q * requests) - 1)] ?? 0;
  const avg = sortedMs.reduce((sum, value) => sum + value, 0) / requests;
  const met = { avg: avg < 500, p95: at(0.95) < 2000, failed: failed < 0.01 * requests };
  const samples = requests > 0;
  return {
    latencyMs: samples ? { avg, min: at(0), med: at(0.5), max: at(1), p90: at(0.9), p95: at(0.95), p99: at(0.99) } : null,
    requests,
    failedRate: samples ? failed / requests : null,
    thresholds: [
      { metric: 'http_req_duration', expression: 'avg<500', ok: !samples || met.avg, samples },
      { metric: 'http_req_duration', expression: 'p(95)<2000', ok: !samples || met.p95, samples },
      { metric: 'http_req_failed', expression: 'rate<0.01', ok: !samples || met.failed, samples },
    ],
    checks: [{ name: 'status is 2xx', passes: requests - failed, fails: failed }],
  };
}

function makeGenerator(given: Given, client: Client, random: Random): Generator {
  const samples: GeneratorSample[] = [];
  const seconds = Math.floor(client.slots * client.periodS);
  for (let second = 0; second < seconds; second += 1) {
    const users = client.users[Math.floor(second / client.periodS)] ?? 0;
    const load = users === 0 ? 0.05 : 1;
    samples.push({
      timeS: START_S + second + 0.5,
      engineCpuCores: 0.4 * load * (0.9 + 0.2 * random.uniform()),
      engineMemoryBytes: 120e6 + 50_000 * users,
      machineCpu: Math.min(1, given.machineCpu * load * (0.95 + 0.1 * random.uniform())),
      eventLoopLagMsP99: 10 + 4 * random.uniform(),
      ownMemoryBytes: 90e6 + 1e6 * random.uniform(),
    });
  }
  return { samples };
}

function zipfWeights(count: number): number[] {
  const raw = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}
