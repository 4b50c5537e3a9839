import { type TableDefinition, type TableName, tableDefinition } from '../../game/definition.ts';
import type { TableSettings } from '../settings.ts';
import { type Capacity, TableLimits } from './limits.ts';

/** A table of the definition as it is metered and limited here. */
export interface MeteredTable {
  /** The definition's name, which metrics carry. */
  name: TableName;
  /** What it is called in the store. */
  storedAs: string;
  definition: TableDefinition;
  settings: TableSettings;
  limits: TableLimits;
}

export const meteredTable = (name: TableName, storedAs: string, settings: TableSettings, now: () => number): MeteredTable => {
  const definition = tableDefinition(name);
  return { name, storedAs, definition, settings, limits: new TableLimits(Object.keys(definition.indexes), settings, now) };
};

interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}
interface IndexUpdate {
  Update?: { IndexName: string; ProvisionedThroughput?: Throughput };
}

/** Applies an UpdateTable that the store has accepted. */
export const applyUpdate = ({ definition, limits }: MeteredTable, input: Readonly<Record<string, unknown>>): void => {
  if (input['BillingMode'] === 'PAY_PER_REQUEST') {
    for (const index of [null, ...Object.keys(definition.indexes)]) limits.provision(index, null);
    return;
  }
  const throughput = input['ProvisionedThroughput'] as Throughput | undefined;
  if (throughput !== undefined) limits.provision(null, capacityOf(throughput));
  for (const { Update } of (input['GlobalSecondaryIndexUpdates'] as IndexUpdate[] | undefined) ?? []) {
    if (Update?.ProvisionedThroughput !== undefined) limits.provision(Update.IndexName, capacityOf(Update.ProvisionedThroughput));
  }
};

const capacityOf = ({ ReadCapacityUnits, WriteCapacityUnits }: Throughput): Capacity => ({
  readUnits: ReadCapacityUnits,
  writeUnits: WriteCapacityUnits,
});
