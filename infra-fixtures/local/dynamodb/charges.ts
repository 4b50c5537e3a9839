import type { TableDefinition } from '../../game/definition.ts';
import { itemBytes, partitionOf, type WireItem, writeUnits } from './item.ts';

/** What a request takes from a table or one of its indexes: the currency of limits and metrics. */
export interface Charge {
  kind: 'Read' | 'Write';
  /** Null: the table itself. */
  index: string | null;
  /** The partition key's value, null where it is not known or not one: a scan. */
  partition: string | null;
  units: number;
}

type IndexDefinition = TableDefinition['indexes'][string];

/**
 * What a write takes: from the table by the larger of the item before and after it, and from each index by what it changes there.
 * `before` null: there was none; `after` null: it is deleted.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
export const writeCharges = (definition: TableDefinition, before: WireItem | null, after: WireItem | null): Charge[] => {
  const bytes = Math.max(before === null ? 0 : itemBytes(before), after === null ? 0 : itemBytes(after));
  const partition = partitionOf((after ?? before)?.[definition.partitionKey.name]);
  const charges: Charge[] = [{ kind: 'Write', index: null, partition, units: writeUnits(bytes) }];
  for (const name in definition.indexes) {
    const index = definition.indexes[name];
    if (index !== undefined) charges.push(...indexCharges(definition, name, index, before, after));
  }
  return charges;
};

const indexCharges = (
  table: TableDefinition,
  name: string,
  index: IndexDefinition,
  before: WireItem | null,
  after: WireItem | null,
): Charge[] => {
  const [old, fresh] = [project(table, index, before), project(table, index, after)];
  const charge = (entry: WireItem, units: number): Charge => ({
    kind: 'Write',
    index: name,
    partition: partitionOf(entry[index.partitionKey.name]),
    units,
  });
  if (old === null) return fresh === null ? [] : [charge(fresh, entryUnits(fresh))];
  if (fresh === null) return [charge(old, entryUnits(old))];
  // Another key is another entry: the old one is deleted, the new one put.
  if (!sameKey(index, old, fresh)) return [charge(old, entryUnits(old)), charge(fresh, entryUnits(fresh))];
  // An entry in which nothing changes is not written.
  return sameItem(old, fresh) ? [] : [charge(fresh, Math.max(entryUnits(old), entryUnits(fresh)))];
};

const entryUnits = (entry: WireItem): number => writeUnits(itemBytes(entry));

const keysOf = ({ partitionKey, sortKey }: Pick<TableDefinition, 'partitionKey' | 'sortKey'>): string[] =>
  sortKey === undefined ? [partitionKey.name] : [partitionKey.name, sortKey.name];

/** The entry that an index has of an item; null when the item lacks a key of the index and so has none. */
const project = (table: TableDefinition, index: IndexDefinition, item: WireItem | null): WireItem | null => {
  if (item === null || keysOf(index).some((key) => item[key] === undefined)) return null;
  if (index.projection === 'ALL') return item;
  const entry: WireItem = {};
  for (const name of [...keysOf(table), ...keysOf(index), ...index.projection]) {
    const value = item[name];
    if (value !== undefined) entry[name] = value;
  }
  return entry;
};

const sameKey = (index: IndexDefinition, one: WireItem, other: WireItem): boolean =>
  keysOf(index).every((key) => partitionOf(one[key]) === partitionOf(other[key]));

/** Attributes may come in another order; within one, texts that differ in order count as a change, which is on the dear side. */
const sameItem = (one: WireItem, other: WireItem): boolean => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
};
