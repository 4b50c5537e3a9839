import * as definition from '../game/definition.ts';
import {
  cacheDimensions,
  functionDimensions,
  loadBalancerDimensions,
  restApiDimensions,
  serviceDimensions,
  socketApiDimensions,
  tableDimensions,
} from './names.ts';
import type { StackSettings } from './settings.ts';

/**
 * What the stack consists of and who calls whom, in the form of `ext.loadkit.resources`: plain data, which on AWS would be read from the services' own
 * descriptions. Limits are those that are set, a fault's among them.
 */
export interface StackResource {
  node: string;
  kind: 'apigateway' | 'websocket' | 'lambda' | 'dynamodb' | 'ecs' | 'elasticache' | 'alb';
  dimensions: Record<string, string>;
  indexes?: { name: string; readUnits: number | null; writeUnits: number | null }[];
  metrics?: { namespace: string; name: string; dimensions: Record<string, string>; stats: string[] }[];
  limits: StackLimits;
}

interface StackLimits {
  memoryMb?: number;
  timeoutS?: number;
  reservedConcurrency?: number | null;
  accountConcurrency?: number;
  billing?: 'provisioned' | 'on-demand';
  readUnits?: number | null;
  writeUnits?: number | null;
  cpuUnits?: number;
  tasksMin?: number;
  tasksMax?: number;
  scaling?: { metric: string; target: number }[];
  arch?: typeof ARCH;
  nodeType?: string;
  memoryBytes?: number;
  connectionsMax?: number;
  /** Null: it has none. */
  ratePerS?: number | null;
  burst?: number | null;
}

export interface StackEdge {
  from: string;
  to: string;
}

/** What AWS runs where nothing is said, as the game's definition says nothing. */
const ARCH = 'x86_64';
const API = `apigateway:${definition.restApi.name}`;
const CHAT = `apigateway:${definition.socketApi.name}`;
const CACHE = `elasticache:${definition.cache.clusterId}`;
const ENGINE = `fargate:${definition.engine.service}`;
const LOAD_BALANCER = 'alb:engine';
const functionNode = (name: definition.FunctionName): string => `lambda:${name}`;
const tableNode = (name: definition.TableName): string => `dynamodb:${name}`;

interface Calls {
  tables: readonly definition.TableName[];
  others?: readonly string[];
}

/** Read off the game's code, to which a test holds all of it. */
export const CALLS: Readonly<Record<definition.FunctionName | 'engine', Calls>> = {
  auth: { tables: ['users'] },
  character: { tables: ['characters'] },
  // It hands tasks over through the cache: what the engine does with them is a part of what players wait for.
  activity: { tables: ['characters'], others: [CACHE, ENGINE] },
  offline: { tables: ['characters', 'inventory'] },
  inventory: { tables: ['inventory', 'items', 'characters'], others: [CACHE] },
  marketplace: { tables: ['auctions', 'characters', 'transactions', 'inventory'], others: [CACHE] },
  guilds: { tables: ['guilds', 'characters'], others: [CACHE] },
  leaderboards: { tables: ['characters'], others: [CACHE] },
  health: { tables: ['items'], others: [CACHE] },
  // It posts to the members of a channel.
  chat: { tables: ['connections', 'chat'], others: [CACHE, CHAT] },
  batch: { tables: ['characters', 'auctions', 'inventory'] },
  'health-check': { tables: ['items', 'characters'], others: [CACHE, API, LOAD_BALANCER] },
  readiness: { tables: [] },
  'cache-warming': { tables: ['guilds', 'items', 'characters', 'auctions'], others: [CACHE] },
  optimisation: { tables: [], others: [CACHE] },
  engine: { tables: ['characters', 'inventory'], others: [CACHE] },
};

const callsOf = (from: string, { tables, others = [] }: Calls): StackEdge[] =>
  [...tables.map(tableNode), ...others].map((to) => ({ from, to }));

export const stackEdges = (): StackEdge[] => [
  ...definition.functionNames.flatMap((name) => {
    const from = functionNode(name);
    const { routes, socketRoutes } = definition.functionDefinition(name);
    return [
      ...(routes === undefined ? [] : [{ from: API, to: from }]),
      ...(socketRoutes === undefined ? [] : [{ from: CHAT, to: from }]),
      ...callsOf(from, CALLS[name]),
    ];
  }),
  { from: LOAD_BALANCER, to: ENGINE },
  ...callsOf(ENGINE, CALLS.engine),
];

/** @param ownCache false: the cache is a Redis that somebody else runs, with limits that nobody here knows */
export const stackResources = (settings: StackSettings, { ownCache } = { ownCache: true }): StackResource[] => [
  {
    node: API,
    kind: 'apigateway',
    dimensions: { ...restApiDimensions },
    limits: { ratePerS: settings.restApi.ratePerS, burst: settings.restApi.burst },
  },
  { node: CHAT, kind: 'websocket', dimensions: { ...socketApiDimensions }, limits: { ratePerS: null, burst: null } },
  ...definition.functionNames.map((name) => functionResource(name, settings)),
  ...definition.tableNames.map((name) => tableResource(name, settings)),
  engineResource(settings),
  { node: LOAD_BALANCER, kind: 'alb', dimensions: { ...loadBalancerDimensions }, limits: { ratePerS: null } },
  {
    node: CACHE,
    kind: 'elasticache',
    dimensions: { ...cacheDimensions },
    limits: ownCache
      ? {
          nodeType: definition.cache.nodeType,
          memoryBytes: settings.cache.memoryMaxBytes,
          connectionsMax: settings.cache.clientsMax,
        }
      : {},
  },
];

const functionResource = (name: definition.FunctionName, { functions, accountConcurrency }: StackSettings): StackResource => {
  const { memoryMb, timeoutMs, reservedConcurrency } = functions[name];
  const limits = { memoryMb, timeoutS: timeoutMs / 1000, arch: ARCH, reservedConcurrency, accountConcurrency } as const;
  return { node: functionNode(name), kind: 'lambda', dimensions: functionDimensions(name), limits };
};

const tableResource = (name: definition.TableName, { tables }: StackSettings): StackResource => {
  const { billing } = tables[name];
  // Each index has as much as its table.
  const units = billing === 'on-demand' ? { readUnits: null, writeUnits: null } : { ...billing };
  const indexes = Object.keys(definition.tableDefinition(name).indexes).map((index) => ({ name: index, ...units }));
  return {
    node: tableNode(name),
    kind: 'dynamodb',
    dimensions: tableDimensions(name),
    ...(indexes.length > 0 && { indexes }),
    limits: { billing: billing === 'on-demand' ? 'on-demand' : 'provisioned', ...units },
  };
};

/** What the engine tells of its queue, which is the game's own. */
const QUEUE: readonly (readonly [name: string, ...stats: string[]])[] = [
  ['QueueLength', 'Average', 'Maximum'],
  ['TaskWait', 'Average', 'p50', 'p95', 'p99', 'Maximum'],
  ['TaskDuration', 'Average', 'p50', 'p95', 'p99', 'Maximum'],
  ['TasksProcessed', 'Sum'],
  ['TasksRetried', 'Sum'],
  ['TasksFailed', 'Sum'],
];

const engineResource = ({ engine: { cpuUnits, memoryMb, tasksMin, tasksMax, scaling } }: StackSettings): StackResource => ({
  node: ENGINE,
  kind: 'ecs',
  dimensions: { ...serviceDimensions },
  metrics: QUEUE.map(([name, ...stats]) => ({
    namespace: definition.metricsNamespace,
    name,
    dimensions: { service: definition.engine.service },
    stats,
  })),
  limits: {
    cpuUnits,
    memoryMb,
    arch: ARCH,
    tasksMin,
    tasksMax,
    scaling: scaling.enabled
      ? [
          { metric: 'CPUUtilization', target: scaling.cpuPercent },
          { metric: 'MemoryUtilization', target: scaling.memoryPercent },
          { metric: 'ActiveTasks', target: scaling.activeTasksPerTask },
        ]
      : [],
  },
});
