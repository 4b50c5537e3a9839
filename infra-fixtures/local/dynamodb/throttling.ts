import { ACCOUNT_ID, REGION } from '../names.ts';
import type { Refusal } from './limits.ts';
import { type DynamoDbAnswer, errorAnswer } from './store.ts';

/**
 * How DynamoDB refuses: one exception for provisioned tables and one for those on demand, both with the reasons that came in 2025.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing-workflow.html
 */
export const throttlingAnswer = (table: string, refusals: readonly Refusal[], provisioned: boolean): DynamoDbAnswer => {
  const reasons = refusals.map(({ kind, index, limit }) => ({
    reason: `${index === null ? 'Table' : 'Index'}${kind}${limit}Exceeded`,
    resource: arnOf(table, index),
  }));
  if (!provisioned) return errorAnswer('ThrottlingException', ON_DEMAND, 400, { throttlingReasons: reasons });
  const message = refusals.some(({ index }) => index === null) ? PROVISIONED : PROVISIONED_INDEX;
  return errorAnswer('ProvisionedThroughputExceededException', message, 400, { ThrottlingReasons: reasons });
};

const arnOf = (table: string, index: string | null): string =>
  `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${table}${index === null ? '' : `/index/${index}`}`;

// Messages: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and as clients report them.
const PROVISIONED =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.';
const PROVISIONED_INDEX =
  'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. ' +
  'Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API';
const ON_DEMAND =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. ' +
  'If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html';
