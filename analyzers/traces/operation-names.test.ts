import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestNames, routeKey } from './operation-names.ts';

describe('requestNames', () => {
  it('names by the client’s routes, the one with the fewest parameters first, with or without a stage before', () => {
    const name = requestNames(['GET /items/:name', 'GET /items/special', 'POST /characters/{id}/tasks', 'not a route']);
    expect(name('GET', 'https://x.example/items/sword?page=2')).toBe('GET /items/{name}');
    expect(name('GET', 'https://x.example/prod/items/sword')).toBe('GET /items/{name}');
    expect(name('GET', '/items/special')).toBe('GET /items/special');
    expect(name('POST', 'http://127.0.0.1:8080/characters/abc/tasks')).toBe('POST /characters/{id}/tasks');
  });

  it('replaces what looks like an id where no route fits', () => {
    const name = requestNames();
    expect(name('GET', 'https://x.example/v1/guilds/guild-05/members/8f14e45f-ceea-467f-a8ef-8ba6a1b2c3d4')).toBe(
      'GET /v1/guilds/{id}/members/{id}',
    );
    expect(name('GET', 'https://x.example')).toBe('GET /');
  });

  it('has a bound on names, whatever the paths', () => {
    const name = requestNames();
    const names = new Set(
      Array.from({ length: 2000 }, (_, k) => name('GET', `/${[...`${k}`].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`)),
    );
    expect(names.size).toBe(201);
    expect(names).toContain('GET {other}');
  });

  it('answers with the method and something after it for any URL', () => {
    const name = requestNames(['GET /a/:b']);
    // fast-check's own paths take longer to make than all of this to test.
    const url = fc.oneof(
      fc.string(),
      fc.array(fc.string({ maxLength: 8 }), { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
    );
    fc.assert(fc.property(url, (given) => name('GET', given).startsWith('GET ') && name('GET', given).length > 4));
  });
});

it('routeKey compares routes whichever way their parameters are written', () => {
  expect(routeKey('GET /characters/:id/tasks/:taskId')).toBe(routeKey('GET /characters/{characterId}/tasks/{id}'));
  expect(routeKey('GET /characters/')).toBe(routeKey('GET /characters'));
  expect(routeKey('GET /')).toBe('GET /');
});
