/**
 * Each fault, seen from both ends of a real run: players feel what it says they feel, the metrics of its own node show the cause, and the nodes on the way
 * from the players to it show its consequences only. Half a minute each, so this runs in CI alone (vitest.config.ts).
 */
import { describe, expect, it } from 'vitest';
import { functionNames } from '../infra-fixtures/game/definition.ts';
import type { Evidence, Fault, Node, Symptom } from '../infra-fixtures/local/faults/fault.ts';
import { faults } from '../infra-fixtures/local/faults/index.ts';
import { functionDimensions, restApiDimensions, serviceDimensions } from '../infra-fixtures/local/names.ts';
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
  }
};

// ---------------------------------------------------------------------------------------------------------------- the platform's end

const RISES = 1.5;
const FALLS = 0.7;

const expectEvidence = ({ namespace, metric, dimensions, stat, change }: Evidence, sick: PlatformMetrics, well: PlatformMetrics): void => {
  const [now, before] = [sick.value(namespace, metric, dimensions, stat), well.value(namespace, metric, dimensions, stat)];
  const what = `${namespace} ${metric} ${JSON.stringify(dimensions)} ${stat}, healthy ${before}`;
  if (change === 'appears') {
    expect(before ?? 0, what).toBe(0);
    expect(now ?? 0, what).toBeGreaterThan(0);
  } else if (change === 'rises') expect(now ?? Number.NaN, what).toBeGreaterThan(RISES * (before ?? Number.NaN));
  else expect(now ?? Number.NaN, what).toBeLessThan(FALLS * (before ?? Number.NaN));
};

/** Who calls whom: what lies on the way from the players to a node. */
const upstreamOf = (node: Node): Node[] => {
  const [kind] = node.split(':');
  if (kind === 'apigateway' || kind === 'generator') return [];
  if (kind === 'lambda') return ['apigateway:api'];
  return [
    'apigateway:api',
    ...functionNames.map((name): Node => `lambda:${name}`),
    ...(kind === 'fargate' ? [] : (['fargate:engine'] as Node[])),
  ];
};

/** A node's own limits: reached, it is a cause. What a cause further down does to it is time and errors, and none of these. */
const ownLimits = (node: Node): Pick<Evidence, 'namespace' | 'metric' | 'dimensions'>[] => {
  const [kind, name = ''] = node.split(':');
  switch (kind) {
    case 'lambda':
      return [{ namespace: 'AWS/Lambda', metric: 'Throttles', dimensions: functionDimensions(name) }];
    case 'fargate':
      return [{ namespace: 'ECS/ContainerInsights', metric: 'PendingTaskCount', dimensions: serviceDimensions }];
    default:
      return [];
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
    for (const node of upstreamOf(fault.truth.node)) {
      if (node === 'apigateway:api') expect(refusedByGateway(sick), 'refused by the gateway').toBe(0);
      for (const { namespace, metric, dimensions } of ownLimits(node))
        expect(sick.platform.value(namespace, metric, dimensions, 'Sum') ?? 0, `${metric} of ${node}`).toBe(0);
    }
  });
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
