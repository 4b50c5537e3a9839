import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PLATFORM, type SyntheticOptions, type SyntheticRun, syntheticRun } from '../tests/artifacts.ts';
import { MISSING, withClient, withPlan, withSamples } from '../tests/judged.ts';
import {
  type Client,
  type FoundArtifacts,
  type Generator,
  type Histogram,
  type Missing,
  type NotAsked,
  type Outcome,
  type Plan,
  SCHEMA_VERSION,
  type Verdict,
} from './contract.ts';
import { judge } from './judge.ts';
import { histogramOf } from './models/histogram.ts';

const RANK: Record<Verdict, number> = { pass: 0, warn: 1, inconclusive: 2, fail: 3 };

describe('judge', () => {
  it('passes a healthy run', () => {
    const report = judge(syntheticRun({ users: 200, durationS: 120 }));
    expect(report).toMatchObject({ verdict: 'pass', exitCode: 0, partial: false, findings: [] });
    expect(report.targets.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']);
  });

  it('fails a slow one with 99', () => {
    expect(judge(syntheticRun({ ratePerS: 200, durationS: 120, latencyMs: 900 }))).toMatchObject({ verdict: 'fail', exitCode: 99 });
  });

  it('gives the same report for the same artifacts, and leaves them as they are', () => {
    const run = syntheticRun({ durationS: 60, errorRate: 0.02 });
    const before = JSON.stringify(run);
    expect(judge(run)).toEqual(judge(run));
    expect(JSON.stringify(run)).toBe(before);
  });

  it('tells what was planned, free of anything but the contract’s keys', () => {
    const { plan } = judge(syntheticRun({ ratePerS: 40, durationS: 60 }));
    expect(plan).toMatchObject({ load: 'open', ratePerS: 40, users: null, engine: 'k6 2.2.0', target: 'http://127.0.0.1:8080' });
  });

  it('counts into the run from the first player, and from the start of the plan where none is known', () => {
    const run = syntheticRun({ durationS: 60 });
    expect(judge(run).startS).toBe(run.client.executionStartS);
    expect(judge({ ...run, client: MISSING }).startS).toBe(Date.parse(run.plan.startedAt) / 1000);
    expect(judge(withPlan({ ...run, client: { ...run.client, executionStartS: null } }, { startedAt: 'never' })).startS).toBeNull();
  });

  it('is partial, and not a pass, wherever a part of the run is missing', () => {
    const run = syntheticRun({ durationS: 90 });
    const regular: Outcome = { exitCode: 0, signal: null, interrupted: 'no', trouble: null };
    const parts: FoundArtifacts[] = [
      withPlan(run, { outcome: null }),
      withPlan(run, { outcome: { ...regular, exitCode: null, signal: 'SIGKILL' } }),
      withPlan(run, { outcome: { ...regular, trouble: 'the disk is full' } }),
      withClient(run, { complete: false }),
      { ...run, client: MISSING },
    ];
    for (const part of parts) expect(judge(part)).toMatchObject({ partial: true, verdict: 'inconclusive', exitCode: 80 });
    const interrupted = withPlan(run, { outcome: { ...regular, exitCode: 105, interrupted: 'graceful' } });
    expect(judge(interrupted)).toMatchObject({ partial: true, verdict: 'warn', exitCode: 105 });
  });

  it('passes k6’s code on where a script never ran', () => {
    const outcome: Outcome = { exitCode: 104, signal: null, interrupted: 'no', trouble: null };
    const run = withPlan(withClient(syntheticRun({ durationS: 60 }), { executionStartS: null, endpoints: [] }), { outcome });
    expect(judge(run)).toMatchObject({ verdict: 'inconclusive', exitCode: 104, window: null });
  });

  it('never passes a run without requests', () => {
    const silent = withClient(syntheticRun({ durationS: 60 }), { endpoints: [], exact: null });
    const report = judge(silent);
    expect(report.verdict).toBe('inconclusive');
    for (const target of report.targets) expect(target.verdict).toBe('inconclusive');
  });

  it('never passes with an artifact missing, whatever the run', () => {
    fc.assert(
      fc.property(options, fc.constantFrom('client', 'generator', 'both'), (given, missing) => {
        const run = syntheticRun(given);
        const found: FoundArtifacts = {
          ...run,
          client: missing === 'generator' ? run.client : MISSING,
          generator: missing === 'client' ? run.generator : MISSING,
        };
        expect(RANK[judge(found).verdict]).toBeGreaterThanOrEqual(RANK.inconclusive);
      }),
      { seed: 9, numRuns: 30 },
    );
  });

  it.each<[what: string, worsen: (run: SyntheticRun) => SyntheticRun]>([
    ['twice the latency', (run) => slower(run, 1)],
    ['sixteen times the latency', (run) => slower(run, 4)],
    ['every seventh request failing', (run) => failing(run, 1 / 7)],
    ['every request failing', (run) => failing(run, 1)],
    ['a saturated machine', (run) => withSamples(run, { machineCpu: 1 })],
    ['no exact values', (run) => withClient(run, { exact: null })],
    ['exceptions', (run) => withClient(run, { scriptErrors: { count: 5, messages: [] } })],
    ['a killed engine', (run) => withPlan(run, { outcome: { exitCode: null, signal: 'SIGKILL', interrupted: 'no', trouble: null } })],
    ['dropped iterations', (run) => withClient(run, { droppedIterations: run.client.droppedIterations.map(() => 1) })],
  ])('is never better with %s', (_, worsen) => {
    fc.assert(
      fc.property(options, (given) => {
        const run = syntheticRun(given);
        // A certain miss may turn into a doubt where the data that show it are void; a doubt or a miss never turns into a pass.
        const [before, after] = [judge(run).verdict, judge(worsen(run)).verdict];
        if (RANK[before] >= RANK.inconclusive) expect(RANK[after]).toBeGreaterThanOrEqual(RANK.inconclusive);
        else expect(RANK[after]).toBeGreaterThanOrEqual(RANK[before]);
      }),
      { seed: 10, numRuns: 15 },
    );
  });

  it('never throws on well-typed artifacts, always has a verdict, and is JSON without NaN or Infinity', () => {
    fc.assert(
      fc.property(anyArtifacts, (found) => {
        const report = judge(found);
        expect(Object.keys(RANK)).toContain(report.verdict);
        expect(Number.isInteger(report.exitCode)).toBe(true);
        expect(unfitFor(report)).toEqual([]);
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
        expect(report.timeline?.users.length ?? 0).toBeLessThanOrEqual(600);
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

// ---------------------------------------------------------------------------------------------------------------- worse data

/** All durations times 2^doublings: exact in native histograms, where it moves every bucket by a whole number of buckets. */
function slower(run: SyntheticRun, doublings: number): SyntheticRun {
  const factor = 2 ** doublings;
  const scale = (histogram: Histogram | null): Histogram | null =>
    histogram && {
      ...histogram,
      sum: histogram.sum * factor,
      indices: histogram.indices.map((index) => index + doublings * 2 ** histogram.schema),
    };
  const endpoints = run.client.endpoints.map((endpoint) => ({ ...endpoint, latencyS: endpoint.latencyS.map(scale) }));
  const { exact } = run.client;
  const scaled = exact?.latencyMs && Object.fromEntries(Object.entries(exact.latencyMs).map(([key, value]) => [key, value * factor]));
  return withClient(run, { endpoints, exact: exact && { ...exact, latencyMs: (scaled ?? null) as typeof exact.latencyMs } });
}

function failing(run: SyntheticRun, share: number): SyntheticRun {
  const endpoints = run.client.endpoints.map((endpoint) => ({
    ...endpoint,
    errors: endpoint.requests.map((requests, slot) => Math.max(endpoint.errors[slot] ?? 0, Math.round(requests * share))),
  }));
  return withClient(run, { endpoints });
}

const options: fc.Arbitrary<SyntheticOptions> = fc.record({
  seed: fc.integer({ min: 1, max: 1000 }),
  users: fc.constantFrom(60, 140, 300),
  durationS: fc.constantFrom(30, 60, 90, 120),
  latencyMs: fc.constantFrom(5, 20, 50, 100, 200, 420),
  errorRate: fc.constantFrom(0, 0, 0, 0, 0, 0.02),
  endpoints: fc.integer({ min: 1, max: 3 }),
});

// ---------------------------------------------------------------------------------------------------------------- any data

const share = fc.double({ min: 0, max: 1, noNaN: true });
const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const counts = (slots: number) => fc.array(fc.nat(1000), { minLength: slots, maxLength: slots });
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const anyOutcome: fc.Arbitrary<Outcome | null> = nullable(
  fc.record({
    exitCode: nullable(fc.integer({ min: 0, max: 255 })),
    signal: nullable(fc.constantFrom('SIGKILL', 'SIGTERM')),
    interrupted: fc.constantFrom('no', 'graceful', 'killed'),
    trouble: nullable(fc.constant('the disk is full')),
  }),
);

const anyHistogram = fc
  .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 })
  .map((values) => histogramOf(values));

const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    load: fc.oneof(
      fc.record({ model: fc.constant('closed' as const), usersMax: fc.integer({ min: 1, max: 100_000 }) }),
      fc.record({ model: fc.constant('open' as const), ratePerS: positive }),
    ),
    plateau: nullable(fc.record({ fromS: fc.nat(60), toS: fc.nat(120) })),
    warmUpS: fc.nat(30),
    thinkTimeS: nullable(fc.double({ min: 0, max: 10, noNaN: true })),
    limits: fc.array(
      fc.record({
        id: fc.constantFrom('latency-avg', 'latency-p95', 'error-rate', 'throughput', 'availability'),
        limit: fc.oneof(share, positive, fc.constantFrom(0, 1)),
      }),
      { maxLength: 6 },
    ),
    outcome: anyOutcome,
  })
  .map((drawn) => ({ ...syntheticRun({ durationS: 1, rampS: 0, users: 1 }).plan, ...drawn }));

function anyClient(slots: number): fc.Arbitrary<Client> {
  return fc.record({
    schemaVersion: fc.constant(SCHEMA_VERSION),
    startS: fc.constant(1_800_000_000),
    periodS: fc.constantFrom(1, 2, 8),
    slots: fc.constant(slots),
    executionStartS: nullable(fc.integer({ min: 1_799_999_990, max: 1_800_000_100 })),
    endpoints: fc.array(
      fc.record({
        name: fc.constantFrom('GET /', '__proto__', '</script>', 'other'),
        requests: counts(slots),
        errors: counts(slots),
        latencyS: fc.array(nullable(anyHistogram), { minLength: slots, maxLength: slots }),
      }),
      { maxLength: 3 },
    ),
    trends: fc.array(
      fc.record({
        name: fc.string(),
        unit: fc.constantFrom('s', 'bytes', ''),
        slots: fc.array(nullable(anyHistogram), { minLength: slots, maxLength: slots }),
      }),
      { maxLength: 2 },
    ),
    counters: fc.array(fc.record({ name: fc.string(), slots: counts(slots) }), { maxLength: 2 }),
    users: fc.array(nullable(fc.nat(1000)), { minLength: slots, maxLength: slots }),
    iterations: counts(slots),
    droppedIterations: counts(slots),
    errorClasses: fc.array(
      fc.record({
        endpoint: fc.string(),
        status: fc.constantFrom('0', '', '404', '429', '503', 'x'),
        errorCode: fc.constantFrom('', '1050', '1110'),
        count: fc.nat(1000),
      }),
      { maxLength: 4 },
    ),
    scriptErrors: fc.record({ count: fc.nat(50), messages: fc.array(fc.string(), { maxLength: 2 }) }),
    overflow: fc.record({ names: fc.nat(3), seriesLost: fc.nat(3) }),
    gaps: fc.array(
      fc.record({
        fromS: fc.integer({ min: 1_799_999_990, max: 1_800_000_050 }),
        toS: fc.integer({ min: 1_800_000_050, max: 1_800_000_100 }),
      }),
      {
        maxLength: 2,
      },
    ),
    exact: nullable(
      fc.record({
        latencyMs: nullable(
          fc.constantFrom(Number.NaN, 1, 5000).map((p95) => ({ avg: p95, min: p95, med: p95, max: p95, p90: p95, p95, p99: p95 })),
        ),
        requests: nullable(fc.nat()),
        failedRate: nullable(share),
        thresholds: fc.array(
          fc.record({
            metric: fc.constantFrom('http_req_duration', 'checks', 'a{b:c}'),
            expression: fc.constantFrom('avg<500', 'rate>0.9', 'nonsense'),
            ok: fc.boolean(),
            samples: fc.boolean(),
          }),
          { maxLength: 3 },
        ),
        checks: fc.array(fc.record({ name: fc.string(), passes: fc.nat(100), fails: fc.nat(100) }), { maxLength: 2 }),
      }),
    ),
    complete: fc.boolean(),
  });
}

const anyGenerator: fc.Arbitrary<Generator> = fc.record({
  samples: fc.array(
    fc.record({
      timeS: fc.integer({ min: 1_800_000_000, max: 1_800_000_100 }),
      engineCpuCores: nullable(positive),
      engineMemoryBytes: nullable(fc.nat()),
      machineCpu: nullable(share),
      eventLoopLagMsP99: fc.double({ min: 0, max: 5000, noNaN: true }),
      ownMemoryBytes: fc.nat(),
    }),
    { maxLength: 30 },
  ),
});

const anyPlatform = fc.constantFrom<NotAsked | Missing>(NO_PLATFORM.platform, MISSING);

const anyArtifacts: fc.Arbitrary<FoundArtifacts> = fc.record({
  platform: anyPlatform,
  inventory: anyPlatform,
  alarms: anyPlatform,
  traces: anyPlatform,
  plan: anyPlan,
  client: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 60 }).chain(anyClient) },
    { weight: 1, arbitrary: fc.constant(MISSING) },
  ),
  generator: fc.oneof({ weight: 9, arbitrary: anyGenerator }, { weight: 1, arbitrary: fc.constant(MISSING) }),
});

/** Paths of everything that JSON would lose: numbers that are not finite, and undefined. */
function unfitFor(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (value === undefined) return [`${path}: undefined`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unfitFor(inner, `${path}.${key}`));
}
