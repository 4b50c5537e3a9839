import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyValueStore } from './key-value-store.ts';

it('forgets a key when its time is up', () => {
  let now = 1000;
  const store = new KeyValueStore(10_000, () => now);
  store.set('key', 'value', 500);
  now = 1499;
  expect(store.get('key')).toBe('value');
  now = 1500;
  expect(store.get('key')).toBeNull();
  expect(store.bytes).toBe(0);
});

it('sweeps expired keys that nobody asks for', () => {
  let now = 0;
  const store = new KeyValueStore(10_000_000, () => now);
  for (let i = 0; i < 999; i++) store.set(`key:${i}`, 'value', 500);
  const before = store.bytes;
  now = 1000;
  store.set('last', 'value', null);
  expect(store.bytes).toBeLessThan(before / 100);
});

type Lists = Record<'a' | 'b', string[]>;
type Command = readonly [name: 'push' | 'move' | 'remove', from: 'a' | 'b', to: 'a' | 'b', text: string];

/** The same done to plain arrays: what the store is held against. */
const model = {
  push: (lists: Lists, [, from, , text]: Command) => lists[from].unshift(text),
  move: (lists: Lists, [, from, to]: Command) => {
    const moved = lists[from].pop();
    if (moved !== undefined) lists[to].unshift(moved);
    return moved ?? null;
  },
  remove: (lists: Lists, [, from, , text]: Command) => {
    const before = lists[from].length;
    lists[from] = lists[from].filter((other) => other !== text);
    return before - lists[from].length;
  },
};

const real = {
  push: (store: KeyValueStore, [, from, , text]: Command) => store.pushLeft(from, [text]),
  move: (store: KeyValueStore, [, from, to]: Command) => store.move(from, to, 'RIGHT', 'LEFT'),
  remove: (store: KeyValueStore, [, from, , text]: Command) => store.removeElements(from, 0, text),
};

it('does with lists what arrays do, and counts bytes back to zero', () => {
  const key = fc.constantFrom('a' as const, 'b' as const);
  const command = fc.tuple(
    fc.constantFrom('push' as const, 'move' as const, 'remove' as const),
    key,
    key,
    fc.constantFrom('x', 'yy', 'zzz'),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 50 }), (commands) => {
      const store = new KeyValueStore(1_000_000);
      const lists: Lists = { a: [], b: [] };
      for (const each of commands) {
        expect(real[each[0]](store, each)).toBe(model[each[0]](lists, each));
        expect([store.length('a'), store.length('b')]).toEqual([lists.a.length, lists.b.length]);
      }
      store.delete(['a', 'b']);
      expect(store.bytes).toBe(0);
      for (const text of lists.a) store.pushLeft('a', [text]);
      for (let left = lists.a.length; left > 0; left--) store.move('a', 'b', 'LEFT', 'RIGHT');
      expect(store.exists(['a'])).toBe(0);
      store.delete(['b']);
      expect(store.bytes).toBe(0);
    }),
  );
});
