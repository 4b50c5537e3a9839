import { expect, it } from 'vitest';
import { functionDefinition, functionNames } from '../../game/definition.ts';
import { routeTable } from './routes.ts';

const find = routeTable();

it('finds every route of the definition, with its parameters', () => {
  for (const functionName of functionNames) {
    for (const route of functionDefinition(functionName).routes ?? []) {
      const [method = '', resource = ''] = route.split(' ');
      const names = [...resource.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      const path = resource.replaceAll(/\{(\w+)\}/g, 'value-of-$1');
      const parameters = names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
      expect(find(method, path)).toEqual({ functionName, resource, parameters });
    }
  }
});

it('finds nothing else', () => {
  for (const [method, path] of [
    ['DELETE', '/characters'],
    ['GET', '/'],
    ['GET', '/characters/1/2/3'],
    ['GET', '/market'],
    ['get', '/characters'],
    ['GET', '/__proto__'],
  ] as const) {
    expect(find(method, path), path).toBeNull();
  }
});

it('unescapes parameters, and throws where they are not escaped properly', () => {
  expect(find('GET', '/guilds/a%2Fb')?.parameters).toEqual({ id: 'a/b' });
  expect(() => find('GET', '/guilds/%zz')).toThrow(URIError);
});
