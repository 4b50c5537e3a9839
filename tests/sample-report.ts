import { type EndpointSummary, type LatencyMs, type Report, SCHEMA_VERSION, type Timeline } from '../analyzers/contract.ts';

const START_S = Date.parse('2026-11-24T10:00:00Z') / 1000;

/** Minimal standard generator, so that every run of a test sees the same lines. Source: Park and Miller, CACM 31 (1988). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const latency = (p50: number): LatencyMs => ({ avg: p50 * 1.3, p50, p90: p50 * 2.4, p95: p50 * 3.2, p99: p50 * 6.1, max: p50 * 14 });

const ROUTES = [
  'GET /characters/:id',
  'POST /characters/:id/activity',
  'POST /characters/:id/sync',
  'GET /market/listings',
  'POST /auth/login',
];

function endpoint(index: number, durationS: number): EndpointSummary {
  const requests = Math.round(24_000 / (index + 1));
  const errors = index % 4 === 3 ? Math.round(requests * 0.004) : 0;
  return {
    name: ROUTES[index] ?? `GET /extra/${index}/:id`,
    requests,
    errors,
    errorRate: errors / requests,
    requestsPerS: requests / durationS,
    latencyMs: latency(9 + index * 1.7),
  };
}

/** A run with a ramp up, a warm-up that is slower, a stretch without data, and a ramp down. */
function sampleTimeline(durationS: number, users: number): Timeline {
  const slots = Math.min(600, durationS);
  const periodS = durationS / slots;
  const random = randomOf(7);
  const shares = Array.from({ length: slots }, (_, i) => Math.min(1, (i + 1) / (slots * 0.1), (slots - i) / (slots * 0.1)));
  const gap = (i: number): boolean => i > slots * 0.6 && i < slots * 0.63;
  const seen = <T>(values: T[]): (T | null)[] => values.map((value, i) => (gap(i) ? null : value));
  const requests = shares.map((share) => share * users * 0.216 * (0.93 + 0.14 * random()));
  const p50 = shares.map((_, i) => (9 + (i < slots * 0.18 ? 8 : 0)) * (0.9 + 0.2 * random()));
  return {
    startS: START_S,
    periodS,
    users: seen(shares.map((share) => Math.round(share * users))),
    requestsPerS: seen(requests),
    errorsPerS: seen(requests.map((rate) => (random() < 0.3 ? rate * 0.01 : 0))),
    latencyMs: {
      p50: seen(p50),
      p95: seen(p50.map((ms) => ms * (2.8 + 0.8 * random()))),
      p99: seen(p50.map((ms) => ms * (4.5 + 4 * random()))),
    },
  };
}

/** A report in which every part is used: a failing run of the game, written by hand, so that renderers are tested without what judges. */
export function sampleReport(
  overrides: Partial<Report> = {},
  size: { durationS?: number; users?: number; endpoints?: number } = {},
): Report {
  const { durationS = 300, users = 1000, endpoints = 14 } = size;
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: '20261124T100000Z-mixed-1000',
    verdict: 'fail',
    exitCode: 99,
    partial: false,
    startS: START_S,
    plan: {
      scenario: 'mixed',
      users,
      ratePerS: null,
      durationS,
      target: 'http://127.0.0.1:41873',
      engine: 'k6 2.2.0',
      startedAt: '2026-11-24T10:00:00.000Z',
      endedAt: '2026-11-24T10:05:04.200Z',
      load: 'closed',
      seed: 42,
      targetNotes: ['the reference stack on this machine', 'redis-server 7.0 found on PATH'],
      tracePrefix: '1-6742f2a0-9be3c1d4',
      versions: { loadkit: '0.1.0', node: 'v24.21.0', commit: '7b8e508c1f' },
      machine: { os: 'linux', arch: 'x64', cpus: 2, memoryBytes: 8_201_000_000 },
    },
    window: {
      fromS: START_S + durationS * 0.2,
      toS: START_S + durationS * 0.9,
      steady: true,
      reason: 'mean latency stays level after 0:30 of warm-up (MSER-5)',
    },
    targets: [
      { id: 'latency-avg', limit: 500, value: 12.4, unit: 'ms', interval: [12.1, 12.7], verdict: 'pass' },
      { id: 'latency-p95', limit: 30, value: 34.2, unit: 'ms', interval: [32.8, 35.9], verdict: 'fail' },
      { id: 'error-rate', limit: 0.01, value: 0.0021, unit: 'ratio', interval: [0.0017, 0.0026], verdict: 'pass' },
      {
        id: 'throughput',
        limit: 150,
        value: 216.4,
        unit: 'requests/s',
        interval: [212, 220.6],
        verdict: 'pass',
      },
      {
        id: 'availability',
        limit: 0.999,
        value: 0.9984,
        unit: 'ratio',
        interval: [0.9975, 0.9992],
        verdict: 'inconclusive',
        reason: 'the interval reaches over the limit: 2,995 requests without a failure would settle it',
      },
      {
        id: 'k6:chat_round_trip:p(95)<200',
        limit: null,
        value: null,
        unit: 'ms',
        interval: null,
        verdict: 'skipped',
        reason: 'this plan has no chat',
      },
    ],
    summary: {
      requests: 64_905,
      errors: 136,
      errorRate: 136 / 64_905,
      requestsPerS: 64_905 / durationS,
      latencyMs: latency(9.1),
      droppedIterations: 0,
      iterations: 6120,
    },
    endpoints: Array.from({ length: endpoints }, (_, i) => endpoint(i, durationS)),
    trends: [
      { name: 'chat_round_trip', unit: 'ms', count: 4211, avg: 21.3, p50: 17.2, p95: 48.9, p99: 112 },
      { name: 'payload', unit: 'bytes', count: 0, avg: null, p50: null, p95: null, p99: null },
    ],
    counters: [{ name: 'ws_reconnects', total: 12 }],
    errorClasses: [
      { endpoint: 'GET /market/listings', status: '503', errorCode: '1503', count: 121 },
      { endpoint: 'POST /auth/login', status: '0', errorCode: '1212', count: 15 },
    ],
    timeline: sampleTimeline(durationS, users),
    generator: {
      engineCpuCoresP50: 0.62,
      engineCpuCoresMax: 0.91,
      machineCpuP50: 0.74,
      machineCpuMax: 0.93,
      engineMemoryBytesMax: 312_000_000,
      eventLoopLagMsMax: 14.2,
      ownMemoryBytesMax: 118_000_000,
      droppedIterations: 0,
      saturated: false,
      reason: 'the engine used 0.91 of 2 cores at most and dropped no iteration',
    },
    bottlenecks: [],
    findings: [
      {
        id: 'error-concentration',
        verdict: 'warn',
        severity: 'medium',
        title: 'nine in ten errors come from GET /market/listings',
        why: 'it answered 121 of 8,000 requests with status 503, all within the ramp up',
        evidence: [{ what: 'error rate of the endpoint', value: 0.0151, limit: 0.01, unit: 'ratio', interval: [0.0126, 0.0181] }],
        next: 'look at the market service in the first minute: it answers 503 while its cache is cold',
      },
      {
        id: 'tail-latency',
        verdict: 'fail',
        severity: 'high',
        title: 'the 95th percentile is above its limit through the whole window',
        why: 'no stretch of ten seconds in the steady window stays below 30 ms',
        evidence: [
          { what: '95th percentile', value: 34.2, limit: 30, unit: 'ms', interval: [32.8, 35.9] },
          { what: 'slowest endpoint', value: 'GET /market/listings' },
          { what: 'p95 of the baseline', value: null, unit: 'ms' },
        ],
        next: 'profile GET /market/listings: it has twice the latency of the others',
        effect: 'one in twenty requests takes longer than players were promised',
      },
      {
        id: 'steady-state',
        verdict: 'pass',
        severity: 'info',
        title: 'a steady stretch was found',
        why: 'MSER-5 leaves 0:30 of warm-up out',
        evidence: [],
      },
    ],
    ...overrides,
  };
}
