import { describe, expect, it } from 'vitest';
import { pathOf } from './route.ts';

describe('pathOf', () => {
  it.each([
    ['/characters', [], '/characters'],
    ['/characters/:id', ['c1'], '/characters/c1'],
    ['/guilds/:id/members/:characterId', ['g1', 'c1'], '/guilds/g1/members/c1'],
    ['/items/:itemId', ['../admin?x#y'], '/items/..%2Fadmin%3Fx%23y'],
  ])('%s with %j is %s', (route, ids, path) => expect(pathOf(route, ids)).toBe(path));

  it('refuses too few or too many ids', () => {
    expect(() => pathOf('/characters/:id', [])).toThrow('takes 1 ids, not 0');
    expect(() => pathOf('/characters', ['c1'])).toThrow('takes 0 ids, not 1');
  });
});
