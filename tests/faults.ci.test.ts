/**
 * Each fault, seen from both ends of a real run: players feel what it says they feel, the metrics of its own node show the cause, and the nodes on the way
 * from the players to it show its consequences only. Half a minute each, so this runs in CI alone (vitest.config.ts).
 */
import { describe, expect, it } from 'vitest';
import { functionDefinition, functionNames } from '../infra-fixtures/game/definition.ts';
import type { Evidence, Fault, Symptom } from '../infra-fixtures/local/faults/fault.ts';
import { faults } from '../infra-fixtures/local/faults/index.ts';
import {
  cacheDimensions,
  functionDimensions,
  operationDimensions,
  restApiDimensions,
  serviceDimensions,
  tableDimensions,
} from '../infra-fixtures/local/names.ts';
import { stackEdges } from '../infra-fixtures/local/resources.ts';
import { settingsFor } from '../infra-fixtures/local/settings-for.ts';
import { FAULT_USERS } from './fault-users.ts';
import { type Load, type Observation, observe, type PlatformMetrics } from './observation.ts';

/** Settled part of a run, in which scaling has to show too. */
const DURATION_S: Readonly<Record<Fault['scenario'], number>> = { mixed: 20, 'real-time': 20, 'database-heavy': 20, 'fargate-focused': 30 };
const loadOf = (scenario: Fault['scenario']): Load => ({ scenario, users: FAULT_USERS[scenario], durationS: DURATION_S[scenario] });

const healthy = new Map<Fault['scenario'], Promise<Observation>>();
const healthyRun = (scenario: Fault['scenario']): Promise<Observation> => {
  const known = healthy.get(scenario) ?? observe([], loadOf(scenario));
  healthy.set(scenario, known);
  return known;
};

// ---------------------------------------------------------------------------------------------------------------- the players' end

/** What counts as felt: three of four requests that take as much longer, or one failure in a hundred. The slowest quarter is left out: on a busy machine it is the machine's. */
const FELT_QUANTILE = 0.75;
const SLOWER = { factor: 1.5, ms: 10 };
const FAILING_MIN = 0.01;
/** What is slow still answers, mostly: a quick refusal is no slow answer. */
const ANSWERED_MIN = 0.5;

/** How long it takes as the symptom has it. Nothing measured is a failure of the test. */
const felt = (symptom: Exclude<Symptom, { kind: 'failing' }>, { players }: Observation): number =>
  (symptom.kind === 'slow' ? players.latencyMs(symptom.requests, FELT_QUANTILE) : players.trendMs(symptom.trend, FELT_QUANTILE)) ??
  Number.NaN;

const expectSymptom = (symptom: Symptom, sick: Observation, well: Observation): void => {
  if (symptom.kind === 'failing') {
    expect(well.players.errorShare(symptom.requests), 'errors of the healthy stack').toBeLessThan(FAILING_MIN / 2);
    expect(sick.players.errorShare(symptom.requests), 'errors').toBeGreaterThan(FAILING_MIN);
  } else {
    const before = felt(symptom, well);
    expect(felt(symptom, sick), `healthy ${before.toFixed()} ms`).toBeGreaterThan(Math.max(SLOWER.factor * before, before + SLOWER.ms));
    if (symptom.kind === 'slow') expect(sick.players.errorShare(symptom.requests), 'errors').toBeLessThan(1 - ANSWERED_MIN);
  }
};

// ---------------------------------------------------------------------------------------------------------------- the platform's end

const RISES = 1.5;
const FALLS = 0.8;

const expectEvidence = ({ namespace, metric, dimensions, stat, change }: Evidence, sick: PlatformMetrics, well: PlatformMetrics): void => {
  const [now, before] = [sick.value(namespace, metric, dimensions, stat), well.value(namespace, metric, dimensions, stat)];
  const what = `${namespace} ${metric} ${JSON.stringify(dimensions)} ${stat}, healthy ${before}`;
  if (change === 'appears') {
    expect(before ?? 0, what).toBe(0);
    expect(now ?? 0, what).toBeGreaterThan(0);
  } else if (change === 'rises') expect(now ?? Number.NaN, what).toBeGreaterThan(RISES * (before ?? Number.NaN));
  else expect(now ?? Number.NaN, what).toBeLessThan(FALLS * (before ?? Number.NaN));
};

/** What calls a node, or is called by it, over whatever lies between; not the node itself. */
const reached = (node: string, along: 'from' | 'to'): Set<string> => {
  const found = new Set<string>();
  const walk = (at: string): void => {
    for (const edge of stackEdges()) {
      const next = edge[along];
      if (edge[along === 'from' ? 'to' : 'from'] !== at || found.has(next)) continue;
      found.add(next);
      walk(next);
    }
  };
  walk(node);
  found.delete(node);
  return found;
};

type Series = Pick<Evidence, 'namespace' | 'metric' | 'dimensions' | 'stat'>;

/** A node's own limits: reached, it is a cause. What a cause elsewhere does to it is time and errors, and none of these. */
const ownLimits = (node: string): Series[] => {
  const [kind, name = ''] = node.split(':');
  const of = (namespace: string, dimensions: Readonly<Record<string, string>>, ...metrics: string[]): Series[] =>
    metrics.map((metric) => ({ namespace, metric, dimensions, stat: 'Sum' }));
  switch (kind) {
    case 'lambda':
      return of('AWS/Lambda', functionDimensions(name), 'Throttles');
    case 'fargate':
      return of('ECS/ContainerInsights', serviceDimensions, 'PendingTaskCount');
    case 'dynamodb':
      return of('AWS/DynamoDB', tableDimensions(name), 'ReadThrottleEvents', 'WriteThrottleEvents');
    case 'elasticache':
      return of('AWS/ElastiCache', cacheDimensions, 'Evictions');
    default:
      return [];
  }
};

/** How long what is called takes to answer, by itself: were it longer, the cause would lie there. */
const ownLatencies = (node: string): Series[] => {
  const [kind, table = ''] = node.split(':');
  if (kind !== 'dynamodb') return [];
  return ['GetItem', 'Query', 'UpdateItem', 'PutItem'].map((operation) => ({
    ...{ namespace: 'AWS/DynamoDB', metric: 'SuccessfulRequestLatency', dimensions: operationDimensions(table, operation), stat: 'p50' },
  }));
};

const expectNothingAtLimits = (node: string, { platform }: Observation): void => {
  for (const { namespace, metric, dimensions, stat } of ownLimits(node))
    expect(platform.value(namespace, metric, dimensions, stat) ?? 0, `${metric} of ${node}`).toBe(0);
};

const expectAsQuickAsEver = (node: string, sick: Observation, well: Observation): void => {
  for (const { namespace, metric, dimensions, stat } of ownLatencies(node)) {
    const [now, before] = [sick, well].map(({ platform }) => platform.value(namespace, metric, dimensions, stat));
    if (typeof now !== 'number' || typeof before !== 'number') continue;
    expect(now, `${metric} of ${node}, healthy ${before}`).toBeLessThan(Math.max(SLOWER.factor * before, before + SLOWER.ms));
  }
};

/** Routes of the REST API that the symptom is about, with what the gateway counts of each. */
const routesOf = ({ kind, ...symptom }: Symptom): { route: string; dimensions: Readonly<Record<string, string>> }[] => {
  if (kind === 'slow-trend') return [];
  const { requests } = symptom as { requests: readonly string[] };
  return functionNames
    .flatMap((name) => functionDefinition(name).routes ?? [])
    .filter((route) => requests.some((prefix) => route.startsWith(prefix.replaceAll(/:(\w+)/g, '{$1}'))))
    .map((route) => {
      const [Method = '', Resource = ''] = route.split(' ');
      return { route, dimensions: { ...restApiDimensions, Resource, Method } };
    });
};

/** What the cause does to the gateway before it: it waits longer for its integration, or has to say that it failed, and takes no more time of its own. */
const expectConsequences = (symptom: Symptom, sick: Observation, well: Observation): void => {
  for (const { route, dimensions } of routesOf(symptom)) {
    const value = ({ platform }: Observation, metric: string, stat: Evidence['stat']) =>
      platform.value('AWS/ApiGateway', metric, dimensions, stat);
    const own = (of: Observation): number =>
      (value(of, 'Latency', 'p50') ?? Number.NaN) - (value(of, 'IntegrationLatency', 'p50') ?? Number.NaN);
    // Rare routes may have met nobody in so short a time.
    if (Number.isNaN(own(sick)) || Number.isNaN(own(well))) continue;
    expect(own(sick), `the gateway's own time for ${route}, healthy ${own(well)} ms`).toBeLessThan(
      Math.max(SLOWER.factor * own(well), own(well) + SLOWER.ms),
    );
  }
  const total = (of: Observation, metric: string, stat: Evidence['stat']) =>
    routesOf(symptom).map(({ dimensions }) => of.platform.value('AWS/ApiGateway', metric, dimensions, stat) ?? 0);
  if (routesOf(symptom).length === 0) return;
  const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
  if (symptom.kind === 'failing') expect(sum(total(sick, '5XXError', 'Sum')), '5XXError at the gateway').toBeGreaterThan(0);
  else {
    const [now, before] = [sick, well].map((of) => Math.max(...total(of, 'IntegrationLatency', 'p95')));
    expect(now, `IntegrationLatency at the gateway, healthy ${before}`).toBeGreaterThan(before ?? Number.NaN);
  }
};

/** What the gateway refuses by itself: the client sees 429. */
const refusedByGateway = ({ report }: Observation): number => report.errorClasses.filter(({ status }) => status === '429').length;

describe.each(faults.map((fault) => [fault.name, fault] as const))('%s', (name, fault) => {
  it('shows at the client, in the metrics of its own node, and upstream only by its consequences', { timeout: 180_000, retry: 1 }, async ({
    task,
  }) => {
    // What a machine that stalls for seconds does to a run is not the fault's doing: both are made anew, once.
    if ((task.result?.retryCount ?? 0) > 0) healthy.delete(fault.scenario);
    const well = await healthyRun(fault.scenario);
    const sick = await observe([name], loadOf(fault.scenario));
    expectSymptom(fault.symptom, sick, well);
    for (const evidence of fault.evidence) expectEvidence(evidence, sick.platform, well.platform);
    const { node } = fault.truth;
    const [upstream, downstream] = [reached(node, 'from'), reached(node, 'to')];
    for (const caller of upstream) expectNothingAtLimits(caller, sick);
    if (upstream.has('apigateway:api')) {
      expect(refusedByGateway(sick), 'refused by the gateway').toBe(0);
      expectConsequences(fault.symptom, sick, well);
    }
    // The cause is here, and not in what it calls.
    for (const callee of downstream) {
      if (upstream.has(callee)) continue;
      expectNothingAtLimits(callee, sick);
      expectAsQuickAsEver(callee, sick, well);
    }
  });
});

it('the limit of a hot partition alone throttles nobody: it is the one item that does', { timeout: 180_000, retry: 1 }, async () => {
  const limited = await observe([], loadOf('database-heavy'), (settings) => {
    settings.tables.auctions.partition.writeUnits = settingsFor({
      faults: ['hot-partition'],
      trouble: [],
    }).tables.auctions.partition.writeUnits;
  });
  expectNothingAtLimits('dynamodb:auctions', limited);
});

it('a healthy stack shows the requests of its players at the gateway, and nothing at a limit', { timeout: 180_000 }, async () => {
  const { report, players, platform } = await healthyRun('mixed');
  expect(report.errorClasses).toEqual([]);
  // Those under way at either end are counted in one period by the players and in another by the gateway, and the game's own jobs call it too.
  const counted = (platform.value('AWS/ApiGateway', 'Count', restApiDimensions, 'Sum') ?? Number.NaN) / players.requests([]);
  expect(counted).toBeGreaterThan(0.9);
  expect(counted).toBeLessThan(1.2);
  for (const name of functionNames) expect(platform.value('AWS/Lambda', 'Throttles', functionDimensions(name), 'Sum') ?? 0, name).toBe(0);
});
