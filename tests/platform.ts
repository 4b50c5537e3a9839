import {
  type Alarms,
  type FoundArtifacts,
  type Inventory,
  type Resource,
  type ResourceLimits,
  SCHEMA_VERSION,
  type Span,
  type Trace,
  type Traces,
} from '../analyzers/contract.ts';
import type { TelemetryFile } from '../analyzers/telemetry-file.ts';
import type { SyntheticRun } from './artifacts.ts';

/** A run that asked its platform, and was told. */
export interface PlatformRun extends Omit<SyntheticRun, 'platform' | 'inventory' | 'alarms' | 'traces'> {
  platform: TelemetryFile;
  inventory: Inventory;
  alarms: Alarms;
  traces: Traces;
}

const PERIOD_S = 5;
/** Before the run and after it. */
const MARGIN_S = 60;
const TRACE_EVERY_S = 0.5;

const resource = (node: string, kind: Resource['kind'], limits: ResourceLimits, indexes?: string[]): Resource => ({
  node,
  kind,
  dimensions: {},
  ...(indexes && { indexes: indexes.map((name) => ({ name, readUnits: null, writeUnits: null })) }),
  limits,
});

const RESOURCES: Resource[] = [
  resource('apigateway:api', 'apigateway', { ratePerS: 10_000, burst: 5000 }),
  resource('apigateway:chat', 'websocket', {}),
  resource('lambda:character', 'lambda', {
    memoryMb: 512,
    timeoutS: 30,
    arch: 'x86_64',
    reservedConcurrency: null,
    accountConcurrency: 1000,
  }),
  resource('dynamodb:characters', 'dynamodb', { billing: 'on-demand', readUnits: null, writeUnits: null }, ['userId-index']),
  resource('dynamodb:guilds', 'dynamodb', { billing: 'provisioned', readUnits: 200, writeUnits: 100 }),
  resource('fargate:engine', 'ecs', { cpuUnits: 512, memoryMb: 1024, arch: 'x86_64', tasksMin: 2, tasksMax: 6, tasksDesired: 2 }),
  resource('elasticache:cache', 'elasticache', { nodeType: 'cache.t3.micro', memoryBytes: 402_653_184, connectionsMax: 65_000 }),
];

/** A value, or one for each period; `requests` are those that the players sent in it. */
type Value = number | ((requests: number, timeS: number) => number | null);
/** No datapoint without activity, as of a count. */
const each =
  (factor: number): Value =>
  (requests) =>
    requests === 0 ? null : factor * requests;
const whenBusy =
  (value: number): Value =>
  (requests) =>
    requests === 0 ? null : value;

/** A healthy platform in which each request of the players is one of the gateway's, one invocation, and one read of a table. */
const HEALTHY: readonly (readonly [node: string, metric: string, stat: string, value: Value])[] = [
  ['apigateway:api', 'Count', 'Sum', each(1)],
  ['apigateway:api', 'Latency', 'p95', whenBusy(60)],
  ['apigateway:api', 'Latency', 'Average', whenBusy(22)],
  ['apigateway:api', 'IntegrationLatency', 'p95', whenBusy(58)],
  ['apigateway:api', 'IntegrationLatency', 'Average', whenBusy(20)],
  ['apigateway:api', '4XXError', 'Sum', whenBusy(0)],
  ['apigateway:api', '5XXError', 'Sum', whenBusy(0)],
  ['apigateway:chat', 'MessageCount', 'Sum', each(0.1)],
  ['lambda:character', 'Invocations', 'Sum', each(1)],
  ['lambda:character', 'memory_utilization', 'Maximum', whenBusy(40)],
  ['lambda:character', 'Errors', 'Sum', whenBusy(0)],
  ['lambda:character', 'Throttles', 'Sum', whenBusy(0)],
  ['lambda:character', 'Duration', 'Average', whenBusy(18)],
  ['lambda:character', 'Duration', 'p95', whenBusy(50)],
  ['lambda:character', 'Duration', 'Maximum', whenBusy(90)],
  ['lambda:character', 'ConcurrentExecutions', 'Maximum', (requests) => (requests === 0 ? null : 5 + requests / 100)],
  ['dynamodb:characters', 'ConsumedReadCapacityUnits', 'Sum', each(0.5)],
  ['dynamodb:guilds', 'ConsumedReadCapacityUnits', 'Sum', each(0.1)],
  ['dynamodb:guilds', 'ProvisionedReadCapacityUnits', 'Average', 200],
  ['dynamodb:guilds', 'ProvisionedWriteCapacityUnits', 'Average', 100],
  ['fargate:engine', 'CPUUtilization', 'Average', 30],
  ['fargate:engine', 'CPUUtilization', 'Maximum', 45],
  ['fargate:engine', 'MemoryUtilization', 'Average', 20],
  ['fargate:engine', 'MemoryUtilization', 'Maximum', 25],
  ['fargate:engine', 'RunningTaskCount', 'Average', 2],
  ['fargate:engine', 'DesiredTaskCount', 'Average', 2],
  ['fargate:engine', 'PendingTaskCount', 'Maximum', 0],
  ['fargate:engine', 'DeploymentCount', 'Maximum', 1],
  ['fargate:engine', 'QueueLength', 'Maximum', 1],
  ['fargate:engine', 'TaskWait', 'p95', 20],
  ['elasticache:cache', 'CacheHits', 'Sum', each(0.5)],
  ['elasticache:cache', 'CacheMisses', 'Sum', each(0.01)],
  ['elasticache:cache', 'Evictions', 'Sum', 0],
  ['elasticache:cache', 'CurrConnections', 'Maximum', 15],
  ['elasticache:cache', 'NewConnections', 'Sum', 1],
  ['elasticache:cache', 'EngineCPUUtilization', 'Maximum', 5],
  ['elasticache:cache', 'DatabaseMemoryUsagePercentage', 'Maximum', 10],
];

/** The platform of a synthetic run, at its best. */
export function withPlatform(run: SyntheticRun): PlatformRun {
  const inventory: Inventory = {
    schemaVersion: SCHEMA_VERSION,
    region: 'us-east-1',
    resources: structuredClone(RESOURCES),
    edges: [],
    gaps: [],
  };
  const startS = PERIOD_S * Math.floor((run.client.startS - MARGIN_S) / PERIOD_S);
  const periods = Math.ceil((run.client.slots * run.client.periodS + 2 * MARGIN_S) / PERIOD_S);
  const platform: TelemetryFile = {
    schemaVersion: SCHEMA_VERSION,
    periodS: PERIOD_S,
    times: Array.from({ length: periods }, (_, i) => startS + i * PERIOD_S),
    nodes: RESOURCES.map(({ node }) => ({ id: node })),
    edges: [],
    series: [],
  };
  const bare: PlatformRun = { ...run, inventory, platform, alarms: { schemaVersion: SCHEMA_VERSION, alarms: [] }, traces: tracesOf(run) };
  return HEALTHY.reduce((made, [node, metric, stat, value]) => withSeries(made, node, metric, stat, value), bare);
}

/** The same run with another series; null: without it. */
export function withSeries(run: PlatformRun, node: string, metric: string, stat: string, value: Value | null): PlatformRun {
  const { platform } = run;
  const others = platform.series.filter((each) => each.node !== node || each.metric !== metric || each.stat !== stat);
  const valueAt = (timeS: number): number | null =>
    typeof value === 'function' ? value(requestsIn(run, timeS, timeS + platform.periodS), timeS) : value;
  const nodes = platform.nodes.some(({ id }) => id === node) ? platform.nodes : [...platform.nodes, { id: node }];
  const series = value === null ? others : [...others, { node, metric, stat, values: platform.times.map(valueAt) }];
  return { ...run, platform: { ...platform, nodes, series } };
}

/** The same run of which nothing was told of a node. */
export const withSilent = (run: PlatformRun, node: string): PlatformRun => ({
  ...run,
  platform: { ...run.platform, series: run.platform.series.filter((each) => each.node !== node && !each.node.startsWith(`${node}/`)) },
});

/** The same run of which some series could not be read, which its inventory says. */
export function withUnread(run: PlatformRun, series: { node: string; metric: string }[], reason = UNREAD): PlatformRun {
  const isUnread = (each: { node: string; metric: string }): boolean =>
    series.some(({ node, metric }) => node === each.node && metric === each.metric);
  const gaps = [...run.inventory.gaps, { source: 'cloudwatch' as const, reason, next: 'Allow it.', series }];
  const told = run.platform.series.filter((each) => !isUnread(each));
  return { ...run, inventory: { ...run.inventory, gaps }, platform: { ...run.platform, series: told } };
}

export const UNREAD = 'cloudwatch:GetMetricData: access to the metric is forbidden';

export const withLimits = (run: PlatformRun, node: string, limits: ResourceLimits): PlatformRun => ({
  ...run,
  inventory: {
    ...run.inventory,
    resources: run.inventory.resources.map((each) => (each.node === node ? { ...each, limits: { ...each.limits, ...limits } } : each)),
  },
});

/** The same run of a platform that has no such resource. */
export const withoutResource = (run: PlatformRun, node: string): PlatformRun => ({
  ...withSilent(run, node),
  inventory: { ...run.inventory, resources: run.inventory.resources.filter((each) => each.node !== node) },
});

/** The same run, told by the hour: no period lies within the window. */
export const withHours = (run: PlatformRun): PlatformRun => {
  const at = 3600 * Math.floor(run.client.startS / 3600);
  const series = run.platform.series.map((each) => ({ ...each, values: [1] }));
  return { ...run, platform: { ...run.platform, periodS: 3600, times: [at], series } };
};

export const withTraces = (run: PlatformRun, traces: Trace[]): PlatformRun => ({ ...run, traces: { ...run.traces, traces } });

export const foundIn = (run: PlatformRun, missing: Partial<FoundArtifacts>): FoundArtifacts => ({ ...run, ...missing });

function requestsIn({ client }: Pick<SyntheticRun, 'client'>, fromS: number, toS: number): number {
  let sum = 0;
  for (let slot = 0; slot < client.slots; slot += 1) {
    const slotS = client.startS + slot * client.periodS;
    if (slotS >= fromS && slotS < toS) for (const { requests } of client.endpoints) sum += requests[slot] ?? 0;
  }
  return sum;
}

/** One trace twice a second, of the healthy way: gateway, function, table. */
function tracesOf({ client }: SyntheticRun): Traces {
  const traces: Trace[] = [];
  const endS = client.startS + client.slots * client.periodS;
  for (let atS = client.startS + 5; atS < endS - 5; atS += TRACE_EVERY_S) traces.push(traceAt(traces.length, atS, { weight: 50 }));
  return { schemaVersion: SCHEMA_VERSION, source: 'xray', matchedBy: 'prefix', traces, recorded: traces.length, gaps: [] };
}

/** What differs in a trace from the healthy way. Times in seconds. */
export interface TraceShape {
  weight?: number;
  initS?: number;
  /** Of the function itself, its calls left out. */
  ownS?: number;
  callS?: number;
  operation?: string;
}

export function traceAt(index: number, atS: number, shape: TraceShape = {}): Trace {
  const { weight = 1, initS = 0, ownS = 0.01, callS = 0.005, operation = 'GetItem' } = shape;
  const id = `1-6a000000-0badcafe${String(index).padStart(16, '0')}`;
  const span = (name: string, parentId: string | null, node: string, what: string, fromS: number, toS: number, remote = false): Span => ({
    id: `${id}/${name}`,
    parentId: parentId === null ? null : `${id}/${parentId}`,
    node,
    operation: what,
    startS: atS + fromS,
    endS: atS + toS,
    outcome: 'ok',
    remote,
  });
  const endS = initS + ownS + callS;
  const spans = [
    span('api', null, 'apigateway:api', 'GET /characters/{id}', 0, endS + 0.002),
    span('invoke', 'api', 'lambda:character', 'Invoke', 0.001, endS + 0.001, true),
    span('service', 'invoke', 'lambda:character', 'Service', 0.001, endS + 0.001),
    ...(initS > 0 ? [span('init', 'service', 'lambda:character', 'Initialization', 0.001, initS + 0.001)] : []),
    span('function', 'service', 'lambda:character', 'Function', initS + 0.001, endS + 0.001),
    span('invocation', 'function', 'lambda:character', 'Invocation', initS + 0.001, endS + 0.001),
    span('call', 'invocation', 'dynamodb:characters', operation, initS + ownS + 0.001, endS + 0.001, true),
  ];
  return { id, weight, partial: false, spans };
}
