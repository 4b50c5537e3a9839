import type { TableDefinition } from '../../game/definition.ts';
import type { Charge } from './charges.ts';
import { EVENTUAL, partitionOf, type WireItem, type WireValue } from './item.ts';

/**
 * What requests ask for, as far as it has to be known before they are done. Inputs are as the client sent them: what is amiss in one is found by the store,
 * so nothing here fails on it.
 */
type Input = Readonly<Record<string, unknown>>;

/** The least that a read takes, and from where: it is admitted by that, and set right when its size is known. */
export const readEstimate = (definition: TableDefinition, operation: string, input: Input): Charge => {
  const index = typeof input['IndexName'] === 'string' ? input['IndexName'] : null;
  const known = index !== null && Object.hasOwn(definition.indexes, index) ? definition.indexes[index] : undefined;
  const { partitionKey } = known ?? definition;
  return {
    kind: 'Read',
    index,
    partition: operation === 'Query' ? queriedPartition(input, partitionKey.name) : partitionOf(asItem(input['Key'])[partitionKey.name]),
    units: input['ConsistentRead'] === true ? 1 : EVENTUAL,
  };
};

/** The item or the key that a write names. */
export const writtenItem = (input: Input): WireItem => asItem(input['Item'] ?? input['Key']);

export const asItem = (value: unknown): WireItem => (typeof value === 'object' && value !== null ? (value as WireItem) : {});

/** `name = :value`, or the other way round; a comparison with `<=` or `>=` is none. Names stand for themselves or for an entry of the names (`#name`). */
const EQUALITY = /([#:]?[\w.-]+)\s*(?<![<>])=\s*([#:]?[\w.-]+)/g;

/** The partition key's value that a query asks for, from its expression or from the older `KeyConditions`; null when it has none. */
export const queriedPartition = (input: Input, keyName: string): string | null => {
  const names = input['ExpressionAttributeNames'] as Record<string, string> | undefined;
  const values = asItem(input['ExpressionAttributeValues']);
  const expression = input['KeyConditionExpression'];
  if (typeof expression !== 'string') return legacyPartition(input, keyName);
  const isKey = (word: string): boolean => (word.startsWith('#') ? names?.[word] : word) === keyName;
  for (const [, left = '', right = ''] of expression.matchAll(EQUALITY)) {
    if (isKey(left)) return partitionOf(values[right]);
    if (isKey(right)) return partitionOf(values[left]);
  }
  return null;
};

const legacyPartition = (input: Input, keyName: string): string | null => {
  const conditions = input['KeyConditions'] as Record<string, { AttributeValueList?: WireValue[] }> | undefined;
  return partitionOf(conditions?.[keyName]?.AttributeValueList?.[0]);
};

/** One entry of a batch, with what makes it a request again. */
export interface BatchEntry {
  table: string;
  entry: unknown;
}

/** The keys that a BatchGetItem asks for. */
export const batchedKeys = (input: Input): BatchEntry[] =>
  tablesOf(input).flatMap(([table, wanted]) => list((wanted as { Keys?: unknown } | null)?.Keys).map((entry) => ({ table, entry })));

/** The puts and deletes of a BatchWriteItem. */
export const batchedWrites = (input: Input): BatchEntry[] =>
  tablesOf(input).flatMap(([table, writes]) => list(writes).map((entry) => ({ table, entry })));

const tablesOf = (input: Input): [string, unknown][] => {
  const items = input['RequestItems'];
  return typeof items === 'object' && items !== null ? Object.entries(items) : [];
};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Entries as `RequestItems` or `UnprocessedKeys`: what else a table's part says (projection, consistency) is kept. */
export const keysRequest = (input: Input, entries: readonly BatchEntry[]): Record<string, object> => {
  const whole = Object.fromEntries(tablesOf(input)) as Record<string, object>;
  return mapTables(entries, (table, Keys) => ({ ...whole[table], Keys }));
};

/** Entries as `RequestItems` or `UnprocessedItems`. */
export const writesRequest = (entries: readonly BatchEntry[]): Record<string, object> => mapTables(entries, (_, writes) => writes);

const mapTables = (entries: readonly BatchEntry[], make: (table: string, entries: unknown[]) => object): Record<string, object> => {
  const byTable = Map.groupBy(entries, ({ table }) => table);
  return Object.fromEntries(
    [...byTable].map(([table, some]) => [
      table,
      make(
        table,
        some.map(({ entry }) => entry),
      ),
    ]),
  );
};
