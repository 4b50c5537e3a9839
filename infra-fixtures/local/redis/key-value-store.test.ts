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
        expect([store.exists(['a']), store.exists(['b'])]).toEqual([Math.min(1, lists.a.length), Math.min(1, lists.b.length)]);
      }
      for (const list of ['a', 'b'] as const) {
        expect(lists[list].map(() => store.move(list, 'copy', 'LEFT', 'RIGHT'))).toEqual(lists[list]);
        expect(lists[list].map(() => store.move('copy', list, 'LEFT', 'RIGHT'))).toEqual(lists[list]);
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

it('counts what hashes and sets hold, also when it is replaced or said twice', () => {
  const store = new KeyValueStore(1_000_000);
  store.setFields('hash', ['stays', 'x']);
  store.addMembers('set', ['stays']);
  const before = store.bytes;
  for (let round = 0; round < 5; round++) {
    store.setFields('hash', ['field', 'short']);
    const short = store.bytes;
    store.setFields('hash', ['field', 'short'.repeat(100)]);
    expect(store.bytes - short).toBe(99 * 'short'.length);
    store.addMembers('set', ['stays', 'comes', 'comes']);
    expect(store.deleteFields('hash', ['field', 'field', 'nothing'])).toBe(1);
    expect(store.removeMembers('set', ['comes'])).toBe(1);
    expect(store.bytes).toBe(before);
  }
});

it('keeps the old value when there is no room for the new one', () => {
  const store = new KeyValueStore(1000);
  store.set('key', 'old', null);
  expect(() => store.set('key', 'x'.repeat(2000), null)).toThrow('OOM');
  expect(store.get('key')).toBe('old');
});
