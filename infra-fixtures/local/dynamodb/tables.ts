import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { BATCH_WRITE_MAX, batchWrite, database, tableName } from '../../game/database.ts';
import { type TableDefinition, type TableName, tableDefinition, tableNames } from '../../game/definition.ts';
import { seedItems } from '../../game/seed.ts';

const TABLE_TIMEOUT_S = 10;

type Billing = TableDefinition['billing'];

/** Makes all tables of the definition and writes the seed into them. Settings may bill a table otherwise than the definition does. */
export const createWorld = async (now: number, settings?: Readonly<Record<TableName, { billing: Billing }>>): Promise<void> => {
  await Promise.all(tableNames.map((table) => createTable(table, settings?.[table].billing)));
  await Promise.all(seedItems(now).map(({ table, items }) => writeAll(table, items)));
};

export const deleteTables = async (): Promise<void> => {
  await Promise.all(tableNames.map((table) => database().send(new DeleteTableCommand({ TableName: tableName(table) }))));
};

const createTable = async (table: TableName, billing?: Billing): Promise<void> => {
  const TableName = tableName(table);
  await database().send(new CreateTableCommand(tableRequest(TableName, tableDefinition(table), billing)));
  await waitUntilTableExists({ client: database(), maxWaitTime: TABLE_TIMEOUT_S, minDelay: 0.05, maxDelay: 1 }, { TableName });
};

/** The definition in DynamoDB's words. */
export const tableRequest = (TableName: string, table: TableDefinition, billing = table.billing): CreateTableCommandInput => {
  const indexes = Object.entries(table.indexes);
  const keys = [table, ...indexes.map(([, index]) => index)].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    ...(sortKey ? [sortKey] : []),
  ]);
  const types = new Map(keys.map(({ name, type }) => [name, type]));
  const throughput = billing === 'on-demand' ? undefined : capacity(billing);
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
