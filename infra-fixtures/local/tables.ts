import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { BATCH_WRITE_MAX, batchWrite, database, tableName } from '../game/database.ts';
import { type TableDefinition, type TableName, tableDefinition, tableNames } from '../game/definition.ts';
import { seedItems } from '../game/seed.ts';

const TABLE_TIMEOUT_S = 10;

/** Makes all tables of the definition and writes the seed into them. */
export const createWorld = async (now: number): Promise<void> => {
  await Promise.all(tableNames.map(createTable));
  await Promise.all(seedItems(now).map(({ table, items }) => writeAll(table, items)));
};

export const deleteTables = async (): Promise<void> => {
  await Promise.all(tableNames.map((table) => database().send(new DeleteTableCommand({ TableName: tableName(table) }))));
};

const createTable = async (table: TableName): Promise<void> => {
  const TableName = tableName(table);
  await database().send(new CreateTableCommand(tableRequest(TableName, tableDefinition(table))));
  await waitUntilTableExists({ client: database(), maxWaitTime: TABLE_TIMEOUT_S, minDelay: 0.05, maxDelay: 1 }, { TableName });
};

/** The definition in DynamoDB's words. */
export const tableRequest = (TableName: string, table: TableDefinition): CreateTableCommandInput => {
  const indexes = Object.entries(table.indexes);
  const keys = [table, ...indexes.map(([, index]) => index)].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    ...(sortKey ? [sortKey] : []),
  ]);
  const types = new Map(keys.map(({ name, type }) => [name, type]));
  const throughput = table.billing === 'on-demand' ? undefined : capacity(table.billing);
  return {
    TableName,
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]): AttributeDefinition => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(table),
    BillingMode: throughput === undefined ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...(throughput !== undefined && { ProvisionedThroughput: throughput }),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(([IndexName, index]) => ({
        IndexName,
        KeySchema: keySchema(index),
        Projection:
          index.projection === 'ALL'
            ? { ProjectionType: 'ALL' as const }
            : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.projection] },
        ...(throughput !== undefined && { ProvisionedThroughput: throughput }),
      })),
    }),
  };
};

const capacity = ({ readUnits, writeUnits }: { readUnits: number; writeUnits: number }) => ({
  ReadCapacityUnits: readUnits,
  WriteCapacityUnits: writeUnits,
});

const keySchema = ({ partitionKey, sortKey }: Pick<TableDefinition, 'partitionKey' | 'sortKey'>): KeySchemaElement[] => [
  { AttributeName: partitionKey.name, KeyType: 'HASH' },
  ...(sortKey === undefined ? [] : [{ AttributeName: sortKey.name, KeyType: 'RANGE' as const }]),
];

const writeAll = async (table: TableName, items: readonly Record<string, unknown>[]): Promise<void> => {
  for (let at = 0; at < items.length; at += BATCH_WRITE_MAX) {
    await batchWrite(
      table,
      items.slice(at, at + BATCH_WRITE_MAX).map((Item) => ({ PutRequest: { Item } })),
    );
  }
};
