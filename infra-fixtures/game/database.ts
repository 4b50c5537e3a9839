import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { traceCalls } from './aws-client-spans.ts';
import type { TableName } from './definition.ts';
import { environment } from './environment.ts';

/**
 * A function has to answer within API Gateway's 29 s whatever the database does, and three attempts have to fit into that. The time to connect includes the
 * wait for a free socket, so there are enough of them for the invocations that one process may have. Guess: tune.
 */
const HTTP = { httpAgent: { maxSockets: 256 }, httpsAgent: { maxSockets: 256 }, connectionTimeout: 3000, requestTimeout: 6000 };

let client: DynamoDBDocumentClient | undefined;

/** The document client, made at first use; it keeps its connections open. */
export const database = (): DynamoDBDocumentClient => {
  client ??= makeClient();
  return client;
};

const makeClient = (): DynamoDBDocumentClient => {
  const plain = new DynamoDBClient({ requestHandler: HTTP });
  traceCalls(plain, 'DynamoDB');
  return DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
};

/** The table's name where the game runs. */
export const tableName = (table: TableName): string => environment().tables[table];

/** True for the error of a conditional write whose condition did not hold. */
export const isConditionFailure = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

/** BatchWriteItem takes 25 at most: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const BATCH_WRITE_MAX = 25;
const BATCH_ATTEMPTS = 5;
const BATCH_BACKOFF_MS = 50;

type WriteRequest = { PutRequest: { Item: Record<string, unknown> } } | { DeleteRequest: { Key: Record<string, unknown> } };

/** Writes at most 25 items; what the database leaves unprocessed is sent again, a few times with backoff. @throws Error when some are left. */
export const batchWrite = async (table: TableName, requests: readonly WriteRequest[]): Promise<void> => {
  const name = tableName(table);
  let rest = [...requests];
  for (let attempt = 0; attempt < BATCH_ATTEMPTS; attempt++) {
    if (attempt > 0) await wait(BATCH_BACKOFF_MS * 2 ** attempt);
    const answer = await database().send(new BatchWriteCommand({ RequestItems: { [name]: rest } }));
    rest = (answer.UnprocessedItems?.[name] ?? []) as WriteRequest[];
    if (rest.length === 0) return;
  }
  throw new Error(`${rest.length} items of a batch were left unprocessed after ${BATCH_ATTEMPTS} attempts`);
};
