import type { Capacity } from './capacity/capacity.ts';
import type { TelemetryFile } from './telemetry-file.ts';

export type { Capacity } from './capacity/capacity.ts';
export type { LoadPrice } from './capacity/load-price.ts';
export type { Saturation } from './capacity/saturation.ts';

/**
 * The types that every stage agrees on: what a run leaves on disk (artifacts), what judges it (audits), and what comes out (the report).
 *
 * Units stand last in a name (`durationS`, `latencyMs`). Times are epoch seconds unless a name says otherwise. `null` is a value that
 * was not measured: never zero, and never a pass.
 */

export const SCHEMA_VERSION = 1;

// ---------------------------------------------------------------------------------------------------------------- verdicts

/** Worst-of order: fail > inconclusive > warn > pass. `inconclusive` outranks a pass because nothing unmeasured may pass. */
export type Verdict = 'pass' | 'warn' | 'inconclusive' | 'fail';

/** A target may also be `skipped`: the plan could not have reached it by construction, so it does not count. */
export type TargetVerdict = Verdict | 'skipped';

// ---------------------------------------------------------------------------------------------------------------- plan

/** Closed load is players with think time, who wait for their answers; open load is arrivals per second, who do not. */
export type Load = { model: 'closed'; usersMax: number } | { model: 'open'; ratePerS: number };

/** A stretch of planned load, in seconds since the engine's execution began. Level is users (closed) or arrivals/s (open). */
export interface Stage {
  fromS: number;
  toS: number;
  fromLevel: number;
  toLevel: number;
}

/** One limit that the run is held to. `id` is a contract: users and CI jobs refer to it. */
export interface TargetLimit {
  id: TargetId;
  /** In `unit`. A latency or rate has to stay below it, throughput and availability have to reach it. */
  limit: number;
}
export type TargetId = 'latency-avg' | 'latency-p95' | 'error-rate' | 'throughput' | 'availability';

/** How the engine ended. Absent (`plan.outcome === null`) when loadkit itself was killed before it could say. */
export interface Outcome {
  /** The engine's exit code; null when a signal ended it. k6's own codes: https://github.com/grafana/k6/blob/master/errext/exitcodes/codes.go */
  exitCode: number | null;
  signal: string | null;
  /** `graceful`: the user asked once, the engine finished its teardown. `killed`: asked twice, the engine's process group was killed. */
  interrupted: 'no' | 'graceful' | 'killed';
  /** Something that stopped the run from outside the engine, such as a full disk. One lowercase sentence. */
  trouble: string | null;
  /** The last error in the engine's own log that is not a thrown iteration, redacted. */
  engineError?: string;
}

/** `plan.json`: what was asked, of what, with which versions, and how it ended. Free of secrets. */
export interface Plan {
  schemaVersion: typeof SCHEMA_VERSION;
  runId: string;
  /** A shipped scenario's name, or the script's file name without its extension. */
  scenario: string;
  /** True for a shipped scenario, false for the user's own script or archive. */
  shipped: boolean;
  load: Load;
  /** Planned length in seconds, ramps included. */
  durationS: number;
  stages: Stage[];
  /** The longest stretch at full load, in seconds since execution began; null when the plan has none (a pure ramp). */
  plateau: { fromS: number; toS: number } | null;
  /** Declared warm-up to leave out at the start of the plateau, in seconds (`ext.loadkit.warmUp`). */
  warmUpS: number;
  /** Mean think time of one user per request in seconds, as the scenario declares it (`ext.loadkit.thinkTimeS`); null when it doesn't. */
  thinkTimeS: number | null;
  seed: number;
  /** Start of every trace root of this run, `1-xxxxxxxx-xxxxxxxx`: 8 hex digits of its start, 8 random ones. */
  tracePrefix: string;
  target: { http: string; ws: string | null; embedded: boolean; notes: string[] };
  limits: TargetLimit[];
  /** Where AWS was asked what the platform did (an endpoint of one service alone is not kept); absent where nobody was (and in plans of before there was anybody to ask). */
  aws?: { endpoint: string | null; region: string | null };
  engine: { name: 'k6'; version: string; from: string };
  versions: { loadkit: string; node: string; commit: string | null };
  machine: { os: string; arch: string; cpus: number; memoryBytes: number };
  startedAt: string;
  endedAt: string | null;
  outcome: Outcome | null;
}

// ---------------------------------------------------------------------------------------------------------------- client

/**
 * A Prometheus native (exponential) histogram, sparse. Bucket `indices[k]` holds `counts[k]` values in
 * (base^(index−1), base^index], base = 2^(2^−schema). Source: https://prometheus.io/docs/specs/native_histograms/
 * Times are in seconds, as k6 pushes them: a change of unit would move values between buckets.
 */
export interface Histogram {
  schema: number;
  count: number;
  /** Sum of the values, in the histogram's own unit. */
  sum: number;
  /** Values within the zero bucket (|v| ≤ 2^−128): a request that failed before it was sent has a duration of 0. */
  zeroCount: number;
  /** Ascending. */
  indices: number[];
  counts: number[];
}

/** Requests of one endpoint (a route name such as `GET /characters/:id`), slot by slot. Arrays have `client.slots` entries. */
export interface EndpointSeries {
  name: string;
  requests: number[];
  /** Requests that k6 counts as failed (`expected_response="false"`), and where it was told not to count, those that got no service. */
  errors: number[];
  /** Durations of all its requests, in seconds; null in a slot without any. */
  latencyS: (Histogram | null)[];
}

/** A trend metric of the script's own (or of k6's WebSocket client), such as `chat_round_trip`. */
export interface TrendSeries {
  name: string;
  /** `s` for times (k6 pushes times in seconds), `bytes`, or `` for a plain number. */
  unit: 's' | 'bytes' | '';
  slots: (Histogram | null)[];
}

/** A counter of the script's own, such as `ws_reconnects`: growth per slot. */
export interface CounterSeries {
  name: string;
  slots: number[];
}

export interface ErrorClass {
  endpoint: string;
  /** HTTP status as text, `0` when there was no response. */
  status: string;
  /** k6's error code, `` when none: https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
  errorCode: string;
  count: number;
}

/** k6's own end-of-test values over the whole run, exact (not from histograms). */
export interface ExactSummary {
  latencyMs: { avg: number; min: number; med: number; max: number; p90: number; p95: number; p99: number } | null;
  requests: number | null;
  failedRate: number | null;
  /** Every threshold that k6 evaluated. `samples` is false where its metric had none: k6 passes those, loadkit doesn't. */
  thresholds: { metric: string; expression: string; ok: boolean; samples: boolean }[];
  checks: { name: string; passes: number; fails: number }[];
}

/** `client.json.gz`, what the engine saw. One time axis of equal slots; `periodS` doubles when a run outgrows the cap on slots. */
export interface Client {
  schemaVersion: typeof SCHEMA_VERSION;
  /** Epoch seconds of the start of slot 0. */
  startS: number;
  periodS: number;
  slots: number;
  /** Epoch seconds at which the engine began to execute iterations (its first `vus` sample above 0); null when it never did. */
  executionStartS: number | null;
  endpoints: EndpointSeries[];
  trends: TrendSeries[];
  counters: CounterSeries[];
  /** Users in play (k6 `vus`), last value in the slot. */
  users: (number | null)[];
  iterations: number[];
  droppedIterations: number[];
  errorClasses: ErrorClass[];
  /** Iterations that threw, by the engine's log; the messages most often seen, redacted. */
  scriptErrors: { count: number; messages: string[] };
  /** Names and series beyond the caps. Names go to the endpoint `other`; series beyond their cap are lost, and counted here. */
  overflow: { names: number; seriesLost: number };
  /** Stretches in which no push arrived though the engine ran: counts are right, their place in time is not. */
  gaps: { fromS: number; toS: number }[];
  exact: ExactSummary | null;
  /** False where the stream has no proper end (killed, disk full): what is here is a part of the run. */
  complete: boolean;
}

// ---------------------------------------------------------------------------------------------------------------- generator

/** The machine and process that made the load, sampled about once a second. Kept in `client.json.gz` beside the client's series. */
export interface Generator {
  samples: GeneratorSample[];
}
export interface GeneratorSample {
  timeS: number;
  /** Processor use of the engine's process in cores (1.5 = one and a half cores); null where it can't be read. */
  engineCpuCores: number | null;
  engineMemoryBytes: number | null;
  /** Share of all the machine's cores that was busy, 0 to 1. */
  machineCpu: number | null;
  /** 99th percentile of loadkit's own event-loop delay since the last sample, in milliseconds. */
  eventLoopLagMsP99: number;
  /** loadkit's own resident memory in bytes. */
  ownMemoryBytes: number;
}

// ---------------------------------------------------------------------------------------------------------------- platform

/** What a resource is, by the service that runs it. */
export type ResourceKind = 'apigateway' | 'apigatewayv2' | 'websocket' | 'lambda' | 'dynamodb' | 'ecs' | 'elasticache' | 'alb' | 'sqs';

/** A part of the platform. `ext.loadkit.resources` takes the same, of which only `node` is required. */
export interface Resource {
  /** `<family>:<name>`: `lambda:auth`, `dynamodb:auctions`, `fargate:engine`, `elasticache:cache`, `apigateway:api`. */
  node: string;
  kind: ResourceKind;
  /** As AWS calls it, of its metrics: `{FunctionName: 'auth'}`. */
  dimensions: Record<string, string>;
  /** Indexes of a table. */
  indexes?: { name: string; readUnits: number | null; writeUnits: number | null }[];
  /** Of a service, those that were there when it was asked for: when each began and last changed, in epoch seconds. The next takes its place. */
  deployments?: { createdS: number; updatedS: number }[];
  /** Metrics besides those that its service tells, such as the depth of a queue that the application keeps itself. */
  metrics?: OwnMetric[];
  limits: ResourceLimits;
}

/** A metric of the application's own. Its series is the resource's. */
export interface OwnMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  /** As CloudWatch spells them: `Sum`, `Maximum`, `p95`. */
  stats: string[];
}

/** What was found out about a resource's settings; absent or null where it could not be read. Never a default. */
export interface ResourceLimits {
  memoryMb?: number | null;
  timeoutS?: number | null;
  /** Null: it takes from what the account has left. */
  reservedConcurrency?: number | null;
  accountConcurrency?: number | null;
  billing?: 'provisioned' | 'on-demand' | null;
  /** Provisioned, per second. */
  readUnits?: number | null;
  writeUnits?: number | null;
  /** Of one task. */
  cpuUnits?: number | null;
  tasksMin?: number | null;
  tasksMax?: number | null;
  tasksDesired?: number | null;
  /** What its scaling policies track, and the value that they hold it at. */
  scaling?: { metric: string; target: number }[] | null;
  /** Of the processors of a function or a task, by which they are priced. */
  arch?: Arch | null;
  nodeType?: string | null;
  memoryBytes?: number | null;
  connectionsMax?: number | null;
  ratePerS?: number | null;
  burst?: number | null;
}

export type Arch = 'x86_64' | 'arm64';

/** `inventory.json`: what there is, and who calls whom as far as traces or the configuration say. */
export interface Inventory {
  schemaVersion: typeof SCHEMA_VERSION;
  region: string;
  /** How far AWS's clock was ahead of the machine's at the run's end, in whole seconds, 0 where they agreed; absent where they were not compared. */
  clockAheadS?: number;
  resources: Resource[];
  edges: { from: string; to: string }[];
  /** What could not be read, each with why and what would mend it. The rest stands. */
  gaps: SourceGap[];
}

/** Something that a source did not give: one service, one metric, one call. */
export interface SourceGap {
  source: 'cloudwatch' | 'xray' | 'logs' | 'alarms' | 'inventory';
  /** One lowercase sentence. */
  reason: string;
  /** The IAM action or the setting to mend, as an instruction. */
  next: string;
  /** Series that it left unread, whole or in part, by the names of the telemetry file. What they would have said is unknown: neither nothing nor zero. */
  series?: { node: string; metric: string }[];
}

/** `alarms.json`: alarms of the resources with every change of state from the baseline until 15 minutes after the run. */
export interface Alarms {
  schemaVersion: typeof SCHEMA_VERSION;
  alarms: {
    name: string;
    node: string | null;
    metric: string | null;
    threshold: number | null;
    state: AlarmState;
    changes: AlarmChange[];
  }[];
}
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export interface AlarmChange {
  atS: number;
  from: AlarmState;
  to: AlarmState;
  reason: string;
}

/** `traces.json.gz`: the run's own traces, as many as were recorded. */
export interface Traces {
  schemaVersion: typeof SCHEMA_VERSION;
  source: 'xray' | 'transaction-search' | 'otlp' | 'jaeger';
  /** Told by the run's trace prefix, or, where ids came back changed, by its time and its client. */
  matchedBy: 'prefix' | 'window';
  traces: Trace[];
  /** Traces that the platform recorded within the window (an estimate where it samples), and how many of them are here. */
  recorded: number | null;
  gaps: SourceGap[];
}
export interface Trace {
  /** `1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx`. */
  id: string;
  /** How many requests it stands for: the inverse of the share that was sampled when it began. */
  weight: number;
  /** Not all of it has arrived: a segment is in progress, or a parent is missing. */
  partial: boolean;
  spans: Span[];
}
export interface Span {
  id: string;
  parentId: string | null;
  /** Of the inventory where it is one of its resources, else the service's name. */
  node: string;
  /** What is done: `GET /characters/{id}`, `Query`, `Invoke`. */
  operation: string;
  startS: number;
  /** Null while in progress. */
  endS: number | null;
  outcome: 'ok' | 'error' | 'throttle' | 'fault';
  /** A call as its caller sees it (false: as its callee does). */
  remote: boolean;
  /** How often the caller's SDK tried again within this span, where it says so and did. */
  retries?: number;
}

// ---------------------------------------------------------------------------------------------------------------- artifacts

/** An artifact that is not there, and why: one lowercase sentence. */
export interface Missing {
  missing: string;
}
export const isMissing = (value: unknown): value is Missing => typeof value === 'object' && value !== null && 'missing' in value;
/** Null in its place, for whoever does as well without it. */
export const orNull = <T>(value: T | Missing | null): T | null => (isMissing(value) ? null : value);

/** Nobody asked for it: the run had no platform to ask. Audits that need it have nothing to say, and the verdict stands without them. */
export interface NotAsked {
  notAsked: string;
}
export const isNotAsked = (value: unknown): value is NotAsked => typeof value === 'object' && value !== null && 'notAsked' in value;

/** Everything that audits may ask for. */
export interface Artifacts {
  plan: Plan;
  client: Client;
  generator: Generator;
  platform: TelemetryFile;
  inventory: Inventory;
  alarms: Alarms;
  traces: Traces;
}

/** As found on disk: each may be missing, except the plan, without which there is no run. */
export type FoundArtifacts = { [K in keyof Artifacts]: Found<K> };
type Found<K extends keyof Artifacts> = K extends 'plan'
  ? Artifacts[K]
  : Artifacts[K] | Missing | (K extends PlatformArtifact ? NotAsked : never);
export type PlatformArtifact = 'platform' | 'inventory' | 'alarms' | 'traces';

/** What `judge` works out of the sources before any audit runs, so that all of them see the same. */
export interface Computed {
  window: Window;
  targets: readonly Target[];
  generatorHealth: GeneratorSummary;
}

/** Everything that an audit may ask for. */
export type AuditInputs = Artifacts & Computed;

// ---------------------------------------------------------------------------------------------------------------- audits

export interface Evidence {
  what: string;
  value: number | string | null;
  limit?: number;
  unit?: string;
  interval?: [lo: number, hi: number];
}

/** What an audit has to say. `verdict` counts in the fold; `severity` orders the findings for a reader. */
export interface Finding {
  id: string;
  verdict: Verdict;
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  title: string;
  why: string;
  evidence: Evidence[];
  /** The next action, as an instruction. */
  next?: string;
  effect?: string;
  /** Where it limits the system: see analyzers/bottlenecks.ts. */
  limiter?: Limiter;
}

/** What a finding says limits the system: the part that refuses, is short, slow or wasteful by itself, not one that only suffers from another. */
export interface Limiter {
  node: string;
  /** What of it: `concurrency`, `provisioned-capacity`, `latency`. */
  resource: string;
  harm: Harm;
  /** Epoch seconds of the first period in which it was beyond its limit; null where that is not known. */
  since: number | null;
}
/** `refuses`: it turns work away, or fails at it. `waits`: work waits for it. `slow`: it takes long by itself. `wasteful`: it makes more work than is needed. */
export type Harm = 'refuses' | 'waits' | 'slow' | 'wasteful';

/**
 * One question to the artifacts, pure: no network, disk, clock or unseeded randomness. It receives what it declares in `needs`; when one
 * of those is missing, or it throws, the answer is `inconclusive` with the reason (see audits/index.ts). It answers [] when there is
 * nothing to say, and `Missing` when what is there can't carry an answer: audits with the same reason share one finding.
 */
export interface Audit<K extends keyof AuditInputs = keyof AuditInputs, W extends keyof AuditInputs = never> {
  /** A noun, kebab-case, the same as its file's name. */
  id: string;
  question: string;
  needs: readonly K[];
  /** What it can do without: missing with its reason, null where nobody asked for it. */
  wants?: readonly W[];
  audit(inputs: Pick<AuditInputs, K> & { [P in W]: AuditInputs[P] | Missing | null }): Finding | readonly Finding[] | Missing;
}
/** An audit of whatever needs. */
export type AnyAudit = Audit<keyof AuditInputs, keyof AuditInputs>;

// ---------------------------------------------------------------------------------------------------------------- report

export interface Target {
  /** A `TargetId`, or `k6:<metric>:<expression>` for a threshold of the user's own that only k6 can judge. */
  id: string;
  limit: number | null;
  value: number | null;
  unit: string;
  /** 95 % interval of the value, in `unit`. */
  interval: [lo: number, hi: number] | null;
  verdict: TargetVerdict;
  reason?: string;
  /** Seconds of the same load that would settle what is inconclusive, where that is known. */
  settledInS?: number;
}

export interface LatencyMs {
  avg: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  /** Upper edge of the last bucket in use, or k6's exact maximum where it is known. */
  max: number | null;
}

/** The stretch that the targets are judged on, in epoch seconds. `steady` false: none was found, and `reason` says why. */
export interface Window {
  fromS: number;
  toS: number;
  steady: boolean;
  reason: string;
}

/** Series for the eye, at most `slots` points. Percentiles come from merged histograms, never from averages of percentiles. */
export interface Timeline {
  startS: number;
  periodS: number;
  users: (number | null)[];
  requestsPerS: (number | null)[];
  errorsPerS: (number | null)[];
  latencyMs: { p50: (number | null)[]; p95: (number | null)[]; p99: (number | null)[] };
}

export interface ReportPlan {
  scenario: string;
  users: number | null;
  ratePerS: number | null;
  durationS: number;
  target: string;
  engine: string;
  startedAt: string;
  endedAt: string | null;
  load: Load['model'];
  seed: number;
  targetNotes: string[];
  tracePrefix: string;
  versions: Plan['versions'];
  machine: Plan['machine'];
}

export interface EndpointSummary {
  name: string;
  requests: number;
  errors: number;
  errorRate: number | null;
  requestsPerS: number | null;
  latencyMs: LatencyMs;
}

export interface TrendSummary {
  name: string;
  unit: 'ms' | 'bytes' | '';
  count: number;
  avg: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface GeneratorSummary {
  engineCpuCoresP50: number | null;
  engineCpuCoresMax: number | null;
  machineCpuP50: number | null;
  machineCpuMax: number | null;
  engineMemoryBytesMax: number | null;
  eventLoopLagMsMax: number | null;
  ownMemoryBytesMax: number | null;
  droppedIterations: number | null;
  saturated: boolean | null;
  reason: string;
}

/** `report.json`, and what `--json` prints. Keys are a contract; see docs/report.md. */
export interface Report {
  schemaVersion: typeof SCHEMA_VERSION;
  runId: string;
  verdict: Verdict;
  /** The code that the command exits with: see analyzers/exit-code.ts. */
  exitCode: number;
  /** True where the data are only a part of the planned run (interrupted, killed, disk full). */
  partial: boolean;
  plan: ReportPlan;
  /** When the first player came, in epoch seconds, from which "into the run" counts; null where it is not known. */
  startS: number | null;
  window: Window | null;
  targets: Target[];
  /** Whole run, ramps included; targets are judged on `window`. Null where there is nothing to count. */
  summary: {
    requests: number | null;
    errors: number | null;
    errorRate: number | null;
    requestsPerS: number | null;
    latencyMs: LatencyMs;
    droppedIterations: number | null;
    iterations: number | null;
  };
  endpoints: EndpointSummary[];
  trends: TrendSummary[];
  counters: { name: string; total: number }[];
  errorClasses: ErrorClass[];
  timeline: Timeline | null;
  generator: GeneratorSummary | null;
  /** The likeliest first. */
  bottlenecks: Bottleneck[];
  findings: Finding[];
  /** Of a stepped test, in the report of its largest load that holds. */
  capacity?: Capacity;
}

/** A part that limits the system: see analyzers/bottlenecks.ts. */
export interface Bottleneck {
  node: string;
  resource: string;
  /** 0 to 1, for the order among them. */
  score: number;
  /** Epoch seconds; null where it is not known when it began. */
  since: number | null;
  /** The surest of its findings, and the evidence of all of them. */
  title: string;
  evidence: Evidence[];
  recommendation: string;
}
