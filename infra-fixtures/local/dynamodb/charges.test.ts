import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../game/definition.ts';
import { type Charge, writeCharges } from './charges.ts';
import { unitsByIndex } from './consumed.ts';
import { itemBytes, readUnits, type WireItem, writeUnits } from './item.ts';

const table: TableDefinition = {
  partitionKey: { name: 'id', type: 'S' },
  indexes: {
    all: { partitionKey: { name: 'owner', type: 'S' }, projection: 'ALL' },
    some: { partitionKey: { name: 'owner', type: 'S' }, sortKey: { name: 'rank', type: 'N' }, projection: ['name'] },
  },
  billing: 'on-demand',
};

const units = (before: WireItem | null, after: WireItem | null): Record<string, number> =>
  Object.fromEntries([...unitsByIndex(writeCharges(table, before, after))].map(([index, each]) => [index ?? 'table', each]));

describe('sizes', () => {
  // The rules are AWS's: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
  it.each([
    ['text in UTF-8', { a: { S: 'ü⚙' } }, 1 + 2 + 3],
    ['the name of an attribute too', { größe: { S: '' } }, 7],
    ['a byte for two digits and one more', { n: { N: '123' } }, 1 + 2 + 1],
    ['no zeros at the ends', { n: { N: '0012300' } }, 1 + 2 + 1],
    ['a sign', { n: { N: '-12.5' } }, 1 + 2 + 1 + 1],
    ['binary, not its base64', { b: { B: Buffer.from('12345').toString('base64') } }, 1 + 5],
    ['one byte for null and booleans', { a: { NULL: true }, b: { BOOL: false } }, 4],
    ['three bytes for a list, and one for each element', { l: { L: [{ S: 'ab' }, { BOOL: true }] } }, 1 + 3 + (1 + 2) + (1 + 1)],
    ['three bytes for an empty map', { m: { M: {} } }, 1 + 3],
    ['sets', { s: { SS: ['a', 'bc'] }, n: { NS: ['1', '22'] } }, 1 + 3 + 1 + 2 + 2],
  ])('count %s', (_, item, bytes) => {
    expect(itemBytes(item as WireItem)).toBe(bytes);
  });

  // "if your item size is 8 KB, you require 2 read capacity units", "reading a 3,500-byte item consumes the same throughput as reading a 4 KB item":
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
  it('makes the read and write units of the developer guide', () => {
    expect([readUnits(8 * 1024, true), readUnits(8 * 1024, false), readUnits(3500, true), readUnits(3500, false)]).toEqual([2, 1, 1, 0.5]);
    expect([readUnits(0, true), readUnits(0, false), readUnits(4097, true)]).toEqual([1, 0.5, 2]);
    expect([writeUnits(500), writeUnits(1024), writeUnits(1025), writeUnits(0)]).toEqual([1, 1, 2, 1]);
  });
});

describe('writes', () => {
  const base: WireItem = { id: { S: '1' }, owner: { S: 'ada' }, rank: { N: '7' }, name: { S: 'Ada' } };

  it('take from an index what changes in it', () => {
    expect(units(null, base)).toEqual({ table: 1, all: 1, some: 1 });
    expect(units(base, null)).toEqual({ table: 1, all: 1, some: 1 });
    // Another key is a delete and a put.
    expect(units(base, { ...base, owner: { S: 'bob' } })).toEqual({ table: 1, all: 2, some: 2 });
    expect(units(base, { ...base, rank: { N: '8' } })).toEqual({ table: 1, all: 1, some: 2 });
    // A projected attribute is one write, one that isn't projected none.
    expect(units(base, { ...base, name: { S: 'Eda' } })).toEqual({ table: 1, all: 1, some: 1 });
    expect(units(base, { ...base, note: { S: 'x' } })).toEqual({ table: 1, all: 1 });
    // An item without the index's keys isn't in it.
    const { rank: _, ...unranked } = base;
    expect(units(null, unranked)).toEqual({ table: 1, all: 1 });
    expect(units(base, unranked)).toEqual({ table: 1, all: 1, some: 1 });
    expect(units(null, { id: { S: '1' } })).toEqual({ table: 1 });
    expect(units(base, base)).toEqual({ table: 1 });
    expect(units(null, null)).toEqual({ table: 1 });
  });

  it('take by the larger of what was and what comes', () => {
    const large = { ...base, text: { S: 'x'.repeat(3000) } };
    expect(units(large, base)).toEqual({ table: 3, all: 3 });
    expect(units(base, large)).toEqual({ table: 3, all: 3 });
    expect(units({ ...large, owner: { S: 'bob' } }, base)).toEqual({ table: 3, all: 3 + 1, some: 2 });
  });

  it('name the partition that is hit, the old and the new one of an index', () => {
    const charges = writeCharges(table, base, { ...base, owner: { S: 'bob' } });
    const of = (index: string | null) => charges.filter((charge: Charge) => charge.index === index).map(({ partition }) => partition);
    expect([of(null), of('all'), of('some')]).toEqual([['1'], ['ada', 'bob'], ['ada', 'bob']]);
  });

  /** The rules in another form: entries as text, compared whole. */
  const model = (before: WireItem | null, after: WireItem | null, keys: string[], kept: string[] | null): number => {
    const entry = (item: WireItem | null): [string, string, number] | null => {
      if (item === null || keys.some((key) => !(key in item))) return null;
      const shown = Object.fromEntries(
        Object.entries(item)
          .filter(([name]) => kept === null || kept.includes(name))
          .sort(),
      );
      return [JSON.stringify(keys.map((key) => item[key])), JSON.stringify(shown), Math.ceil(itemBytes(shown) / 1024)];
    };
    const [old, fresh] = [entry(before), entry(after)];
    if (old !== null && fresh !== null && old[0] === fresh[0]) return old[1] === fresh[1] ? 0 : Math.max(old[2], fresh[2]);
    return (old?.[2] ?? 0) + (fresh?.[2] ?? 0);
  };

  it('agree with a model of the rules, whatever is written', () => {
    const text = fc.oneof(
      fc.constantFrom('a', 'b'),
      fc.integer({ min: 0, max: 3000 }).map((length) => 'ü'.repeat(length)),
    );
    const item = fc.record(
      {
        id: fc.constant({ S: '1' }),
        owner: fc.constantFrom({ S: 'ada' }, { S: 'bob' }),
        rank: fc.constantFrom({ N: '1' }, { N: '2' }),
        name: text.map((S) => ({ S })),
        note: text.map((S) => ({ S })),
      },
      { requiredKeys: ['id'] },
    );
    const maybe = fc.option(item as fc.Arbitrary<WireItem>, { nil: null });
    fc.assert(
      fc.property(maybe, maybe, (before, after) => {
        const { table: own, all = 0, some = 0 } = units(before, after);
        const bytes = Math.max(...[before, after].map((each) => (each === null ? 0 : itemBytes(each))));
        expect(own).toBe(Math.max(1, Math.ceil(bytes / 1024)));
        expect(all).toBe(model(before, after, ['owner'], null));
        expect(some).toBe(model(before, after, ['owner', 'rank'], ['id', 'owner', 'rank', 'name']));
      }),
    );
  });
});
