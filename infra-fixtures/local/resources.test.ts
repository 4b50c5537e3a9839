import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionNames, tableNames } from '../game/definition.ts';
import { CALLS, stackEdges, stackResources } from './resources.ts';
import { healthySettings } from './settings.ts';
import { settingsFor } from './settings-for.ts';

const GAME = path.resolve(import.meta.dirname, '../game');

/** A module of the game and all that it imports of it. */
const withImports = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const [folder, text] = [path.dirname(file), readFileSync(file, 'utf8')];
  for (const [, imported = ''] of text.matchAll(/^import (?!type).*?from '(\.[^']+)'|^\} from '(\.[^']+)'/gms))
    if (imported !== '') withImports(path.resolve(folder, imported), seen);
  return seen;
};
const tablesIn = (files: Iterable<string>): string[] => [
  ...new Set([...files].flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/tableName\('(\w+)'/g)].map(([, table = '']) => table))),
];

describe('who calls whom', () => {
  it.each([...functionNames, 'engine'] as const)('says of %s what its code says, and nothing else', (name) => {
    const own = path.join(GAME, name === 'engine' ? 'engine.ts' : `functions/${name}.ts`);
    const [text, files] = [readFileSync(own, 'utf8'), withImports(own)];
    const others = [
      ...(files.has(path.join(GAME, 'cache.ts')) ? ['elasticache:cache'] : []),
      ...(text.includes('PostToConnectionCommand') ? ['apigateway:chat'] : []),
      ...(text.includes('apiUrl') ? ['apigateway:api'] : []),
      ...(text.includes('engineUrl') ? ['alb:engine'] : []),
      // The engine puts back what it could not do: no call of anybody else.
      ...(name !== 'engine' && text.includes('enqueue(') ? ['fargate:engine'] : []),
    ];
    expect(CALLS[name].tables.toSorted()).toEqual(tablesIn(files).toSorted());
    expect((CALLS[name].others ?? []).toSorted()).toEqual(others.toSorted());
  });

  it('names resources only, each of which somebody calls or is called by', () => {
    const nodes = stackResources(healthySettings()).map(({ node }) => node);
    const ends = stackEdges().flatMap(({ from, to }) => [from, to]);
    expect(nodes).toEqual(expect.arrayContaining(ends));
    expect(ends).toEqual(expect.arrayContaining(tableNames.map((name) => `dynamodb:${name}`)));
  });
});

it('states the limits that are set, those of a fault among them', () => {
  const limitsOf = (node: string, faults: string[] = []) =>
    stackResources(settingsFor({ faults, trouble: [] })).find((resource) => resource.node === node)?.limits;
  expect(limitsOf('lambda:marketplace')).toMatchObject({
    memoryMb: 512,
    timeoutS: 30,
    arch: 'x86_64',
    reservedConcurrency: null,
    accountConcurrency: 1000,
  });
  expect(limitsOf('lambda:marketplace', ['reserved-concurrency=3'])).toMatchObject({ reservedConcurrency: 3 });
  expect(limitsOf('dynamodb:guilds', ['table-under-provisioned=2'])).toEqual({ billing: 'provisioned', readUnits: 2, writeUnits: 2 });
  expect(limitsOf('dynamodb:users')).toEqual({ billing: 'on-demand', readUnits: null, writeUnits: null });
  expect(limitsOf('elasticache:cache', ['cache-connections=12'])).toMatchObject({ connectionsMax: 12, nodeType: 'cache.t3.micro' });
  expect(limitsOf('apigateway:api', ['api-throttle=10'])).toMatchObject({ ratePerS: 10 });
  expect(limitsOf('fargate:engine')).toMatchObject({ cpuUnits: 512, arch: 'x86_64', tasksMin: 2, tasksMax: 6 });
});
