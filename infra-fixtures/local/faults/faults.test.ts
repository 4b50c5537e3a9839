import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionNames, metricsNamespace, tableNames } from '../../game/definition.ts';
import { CACHE_TTL_S, type CachedKind, cacheTtlVariable, readEnvironment } from '../../game/environment.ts';
import { healthySettings } from '../settings.ts';
import { chooseFaults, flattened, NoSuchFault, settingsWith } from './chosen.ts';
import { faults } from './index.ts';

const NODES = [
  ...functionNames.map((name) => `lambda:${name}`),
  ...tableNames.map((name) => `dynamodb:${name}`),
  'elasticache:cache',
  'fargate:engine',
  'apigateway:api',
  'apigateway:chat',
  'generator',
];

it('lists every file of the folder once', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, ''));
  expect(faults.map((fault) => fault.name).sort()).toEqual(files.filter((file) => !['fault', 'chosen', 'index'].includes(file)).sort());
});

describe.each(faults.map((fault) => [fault.name, fault] as const))('%s', (name, fault) => {
  it('names a node that exists, and evidence of that node alone', () => {
    expect(NODES).toContain(fault.truth.node);
    const [kind = '', part = ''] = fault.truth.node.split(':');
    const namespaces = {
      lambda: ['AWS/Lambda', metricsNamespace],
      dynamodb: ['AWS/DynamoDB'],
      elasticache: ['AWS/ElastiCache'],
      fargate: ['AWS/ECS', 'ECS/ContainerInsights', metricsNamespace],
      apigateway: ['AWS/ApiGateway'],
    }[kind];
    expect(fault.evidence.length).toBeGreaterThan(0);
    for (const evidence of fault.evidence) {
      expect(namespaces).toContain(evidence.namespace);
      expect(Object.values(evidence.dimensions)).toContain(part);
    }
  });

  it('changes the settings of a healthy stack, and nothing that was not its own', () => {
    const healthy = healthySettings();
    const { notes, ...changed } = settingsWith(chooseFaults([name]));
    expect(changed).not.toEqual({ ...healthy, notes: undefined });
    expect({ ...changed, notes: [] }).not.toEqual(healthy);
    expect(notes).toEqual([expect.stringContaining(fault.truth.node)]);
    expect(healthySettings()).toEqual(healthy);
  });
});

it('has no two faults of one node that the same evidence shows', () => {
  const shown = faults.map(({ truth, evidence }) =>
    JSON.stringify([truth.node, evidence.map(({ metric, dimensions }) => [metric, dimensions])]),
  );
  expect(new Set(shown).size).toBe(faults.length);
});

/** A limit that is lower, a wait that is longer: by the last part of its path in the settings. */
const WORSE: Readonly<Record<string, 'less' | 'more' | 'other'>> = {
  ...{ ratePerS: 'less', burst: 'less', memoryMb: 'less', timeoutMs: 'less', reservedConcurrency: 'less', invocationsMax: 'less' },
  ...{
    readUnits: 'less',
    writeUnits: 'less',
    burstS: 'less',
    memoryMaxBytes: 'less',
    clientsMax: 'less',
    tasksMin: 'less',
    tasksMax: 'less',
  },
  ...{ emptiedEveryMs: 'less', ENGINE_CONCURRENCY: 'less', TASK_ATTEMPTS_MAX: 'less' },
  ...{ initMs: 'more', latencyMs: 'more', postMs: 'more', readMsPerMb: 'more', provisionMs: 'more', TASK_CPU_MS: 'more' },
  ...{ CACHE_ITEMS_S: 'less', CACHE_GUILDS_S: 'less', CACHE_LEADERBOARDS_S: 'less', CACHE_AUCTIONS_S: 'less' },
};
const SECRETS = { TOKEN_SECRET: 'x'.repeat(32), ...Object.fromEntries(tableNames.map((name) => [`TABLE_${name.toUpperCase()}`, name])) };
/** What the game is told where nobody says anything else, by the names of the variables; null has no limit. */
const UNLESS_TOLD: Readonly<Record<string, number>> = {
  ...{ ENGINE_CONCURRENCY: 100, TASK_ATTEMPTS_MAX: 3, TASK_CPU_MS: 4 },
  ...Object.fromEntries(Object.entries(CACHE_TTL_S).map(([kind, ttlS]) => [cacheTtlVariable(kind as CachedKind), ttlS])),
};

describe.each(
  faults.flatMap(({ name, value }) => (value === null ? [name] : [value.min, value.fallback, value.max].map((each) => `${name}=${each}`))),
)('%s', (asked) => {
  const settings = settingsWith(chooseFaults([asked]));
  const healthy = flattened(healthySettings());
  const changed = [...flattened({ ...settings, notes: [] })].filter(([path, value]) => healthy.get(path) !== value);

  it('is worse than a healthy stack in all that it sets', () => {
    for (const [path, value] of changed) {
      const name = path.split('.').at(-1) ?? '';
      const before = Number(UNLESS_TOLD[name] ?? healthy.get(path) ?? Number.POSITIVE_INFINITY);
      // Foreign units are taken, not given.
      const worse = path.includes('.foreign.') ? 'more' : (WORSE[name] ?? 'other');
      if (worse === 'less') expect(Number(value), path).toBeLessThan(before);
      if (worse === 'more') expect(Number(value), path).toBeGreaterThan(before);
    }
  });

  it('tells the game nothing that the game does not take', () => {
    const ofFunctions = Object.values(settings.functions).map(({ env, deployment }) => ({ ...env, ...deployment?.env }));
    for (const env of ofFunctions) expect(() => readEnvironment({ ...SECRETS, ...settings.game, ...env })).not.toThrow();
  });
});

it.each(faults.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])))(
  '%s takes values within its bounds only',
  (name, { min, max, fallback, whole }) => {
    expect(chooseFaults([name])[0]?.value).toBe(fallback);
    for (const value of [min, fallback, max]) expect(chooseFaults([`${name}=${value}`])[0]?.value).toBe(value);
    for (const wrong of ['', 'x', '-1', '1e3', 'NaN', String(max + 1), ...(whole ? [`${min}.5`] : [])])
      expect(() => chooseFaults([`${name}=${wrong}`])).toThrow(NoSuchFault);
  },
);

it('applies several at once', () => {
  const settings = settingsWith(chooseFaults(['api-throttle=7', 'slow-dependency=11']));
  expect(settings.restApi.ratePerS).toBe(7);
  expect(settings.tables.characters.latencyMs).toBe(healthySettings().tables.characters.latencyMs + 11);
  expect(settings.notes).toHaveLength(2);
});

it('lets any two be there at once as they are alone, in either order, or refuses them', () => {
  const refused = faults.flatMap((one, at) =>
    faults
      .slice(at + 1)
      .filter((other) => !areBothThere(one.name, other.name))
      .map((other) => [one.name, other.name]),
  );
  expect(refused).toContainEqual(['engine-cpu', 'scaling-lag'].sort((a, b) => indexOf(a) - indexOf(b)));
  // Most can be had together.
  expect(refused.length).toBeLessThan(faults.length);
  expect(() => chooseFaults(['table-under-provisioned', 'noisy-neighbour'])).toThrow('both set tables.guilds.burstS');
});

const indexOf = (name: string): number => faults.findIndex((fault) => fault.name === name);

const areBothThere = (one: string, other: string): boolean => {
  const settingsOf = (...names: string[]) => flattened({ ...settingsWith(chooseFaults(names)), notes: [] });
  let both: Map<string, unknown>;
  try {
    both = settingsOf(one, other);
  } catch (error) {
    if (error instanceof NoSuchFault) return false;
    throw error;
  }
  const healthy = flattened(healthySettings());
  expect(settingsOf(other, one)).toEqual(both);
  for (const name of [one, other])
    for (const [path, value] of settingsOf(name)) if (healthy.get(path) !== value) expect(both.get(path), path).toBe(value);
  return true;
};

it('refuses what it does not know, a value where none is taken, and the same fault twice', () => {
  expect(() => chooseFaults(['no-such-thing'])).toThrow('there is no fault no-such-thing');
  expect(() => chooseFaults(['n-plus-one=3'])).toThrow('takes no value');
  expect(() => chooseFaults([''])).toThrow('a fault needs a name');
  expect(() => chooseFaults(['timeout', 'timeout=2000'])).toThrow('given twice');
});

it('never lets anything but a known fault through', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!faults.some((fault) => text === fault.name || text.startsWith(`${fault.name}=`)));
      expect(() => chooseFaults([text])).toThrow(NoSuchFault);
    }),
  );
});
