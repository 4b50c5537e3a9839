import type { Charge } from './charges.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html */
export interface ConsumedCapacity {
  TableName?: string;
  CapacityUnits?: number;
  Table?: { CapacityUnits?: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
}

/** What charges take from the table (null) and from each index. */
export const unitsByIndex = (charges: readonly Charge[]): Map<string | null, number> => {
  const units = new Map<string | null, number>();
  for (const charge of charges) units.set(charge.index, (units.get(charge.index) ?? 0) + charge.units);
  return units;
};

/** What a client is told who asked for `wanted` (`TOTAL`, `INDEXES`); undefined for one who did not ask. */
export const consumedCapacity = (TableName: string, charges: readonly Charge[], wanted: unknown): ConsumedCapacity | undefined => {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  const units = unitsByIndex(charges);
  const CapacityUnits = [...units.values()].reduce((sum, each) => sum + each, 0);
  if (wanted === 'TOTAL') return { TableName, CapacityUnits };
  const indexes = [...units].flatMap(([index, each]) => (index === null ? [] : [[index, { CapacityUnits: each }] as const]));
  return {
    TableName,
    CapacityUnits,
    Table: { CapacityUnits: units.get(null) ?? 0 },
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: Object.fromEntries(indexes) }),
  };
};

/** The charges that a store's answer tells of. Partitions are taken over from what was estimated for the same index. */
export const chargesOf = (kind: Charge['kind'], told: ConsumedCapacity, estimates: readonly Charge[]): Charge[] => {
  const charge = (index: string | null, units: number): Charge => ({
    kind,
    index,
    partition: estimates.find((estimate) => estimate.index === index)?.partition ?? null,
    units,
  });
  const indexes = Object.entries(told.GlobalSecondaryIndexes ?? {}).map(([index, { CapacityUnits = 0 }]) => charge(index, CapacityUnits));
  return [charge(null, told.Table?.CapacityUnits ?? told.CapacityUnits ?? 0), ...indexes].filter(({ units }) => units > 0);
};
