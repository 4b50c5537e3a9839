import { DescribeTableCommand, type ProvisionedThroughputDescription } from '@aws-sdk/client-dynamodb';
import type { LimitReader } from '../limits.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export const tableLimits: LimitReader = async ({ dimensions }, ask) => {
  const client = await ask.clients.dynamodb();
  const output = await ask('dynamodb:DescribeTable', (options) =>
    client.send(new DescribeTableCommand({ TableName: dimensions['TableName'] }), options),
  );
  const table = output?.Table;
  if (table === undefined) return {};
  const onDemand = table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', ProvisionedThroughput }) => ({
    name: IndexName,
    ...unitsOf(ProvisionedThroughput, onDemand),
  }));
  return {
    ...(indexes.length > 0 ? { indexes } : {}),
    limits: { billing: onDemand ? 'on-demand' : 'provisioned', ...unitsOf(table.ProvisionedThroughput, onDemand) },
  };
};

/** On demand they are told as 0. */
const unitsOf = (provisioned: ProvisionedThroughputDescription | undefined, onDemand: boolean) => ({
  readUnits: onDemand ? null : (provisioned?.ReadCapacityUnits ?? null),
  writeUnits: onDemand ? null : (provisioned?.WriteCapacityUnits ?? null),
});
