import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionNames, tableNames } from '../../game/definition.ts';
import { healthySettings } from '../settings.ts';
import { chooseFaults, NoSuchFault, settingsWith } from './chosen.ts';
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
      lambda: ['AWS/Lambda'],
      dynamodb: ['AWS/DynamoDB'],
      elasticache: ['AWS/ElastiCache'],
      fargate: ['AWS/ECS', 'ECS/ContainerInsights'],
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

it('refuses what it does not know, a value where none is taken, and the same fault twice', () => {
  expect(() => chooseFaults(['no-such-thing'])).toThrow('there is no fault no-such-thing');
  expect(() => chooseFaults(['n-plus-one=3'])).toThrow('takes no value');
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
