import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createConcurrency } from './concurrency.ts';

const limits = () =>
  createConcurrency(
    10,
    new Map([
      ['auth', 3],
      ['chat', 2],
      ['guilds', null],
      ['items', null],
    ]),
  );

it('gives a reservation its own, and the rest to all others', () => {
  const concurrency = limits();
  const enter = (name: string, count: number): number =>
    Array.from({ length: count }, () => concurrency.enter(name)).filter(Boolean).length;
  expect(enter('guilds', 9)).toBe(5); // 10 − 3 − 2
  expect(enter('items', 1)).toBe(0);
  expect(enter('auth', 9)).toBe(3);
  concurrency.leave('guilds');
  expect(enter('items', 2)).toBe(1);
  expect(enter('chat', 2)).toBe(2);
});

it('tells the highest numbers since it was asked last', () => {
  const concurrency = limits();
  for (const name of ['guilds', 'guilds', 'auth']) concurrency.enter(name);
  concurrency.leave('guilds');
  expect(concurrency.peaks()).toEqual({
    functions: new Map([
      ['auth', 1],
      ['guilds', 2],
    ]),
    account: 3,
    unreserved: 2,
    claimed: 7,
  });
  expect(concurrency.peaks()).toMatchObject({ account: 2, unreserved: 1 });
  for (const name of ['guilds', 'auth']) concurrency.leave(name);
  concurrency.peaks();
  expect(concurrency.peaks()).toEqual({ functions: new Map(), account: 0, unreserved: 0, claimed: 5 });
});

it('never has more than the account, however it is used', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('auth', 'chat', 'guilds', 'items'), fc.boolean()), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const concurrency = limits();
      const running = new Map<string, number>();
      for (const [name, enters] of all) {
        const now = running.get(name) ?? 0;
        if (enters && concurrency.enter(name)) running.set(name, now + 1);
        if (!enters && now > 0) {
          concurrency.leave(name);
          running.set(name, now - 1);
        }
        expect([...running.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(10);
        expect(running.get('auth') ?? 0).toBeLessThanOrEqual(3);
        expect((running.get('guilds') ?? 0) + (running.get('items') ?? 0)).toBeLessThanOrEqual(5);
      }
    }),
  );
});

it('leaves nothing to the others where all is reserved', () => {
  expect(
    createConcurrency(
      5,
      new Map([
        ['auth', 9],
        ['guilds', null],
      ]),
    ).enter('guilds'),
  ).toBe(false);
});
