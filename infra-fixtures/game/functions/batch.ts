import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { CharacterItem } from '../characters.ts';
import { database, tableName } from '../database.ts';
import { closeExpiredAuctions } from '../expired-auctions.ts';
import { parseObject, text } from '../input.ts';
import { log } from '../log.ts';
import { collectProgress } from '../offline-progress.ts';
import { jobHandler } from '../operations/job.ts';

/** From the scheduler, or with messages of the queue: `{"characterId": …}` each, whose offline progress is to be collected. */
type BatchEvent = { Records?: SQSRecord[] };
type BatchAnswer = SQSBatchResponse | { auctionsClosed: number };

const CHARACTER_ID_MAX = 64;

const work = async ({ Records }: BatchEvent): Promise<BatchAnswer> => {
  if (Records !== undefined) return collectFor(Records);
  const auctionsClosed = await closeExpiredAuctions(Date.now());
  log.info('batch done', { auctionsClosed });
  return { auctionsClosed };
};

/** Messages that fail go back to the queue, alone: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
const collectFor = async (records: readonly SQSRecord[]): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of records) {
    try {
      await collect(text(parseObject(record.body), 'characterId', { max: CHARACTER_ID_MAX }));
    } catch (error) {
      log.warn('a message could not be worked', { messageId: record.messageId, error });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};

/** A character that has left, or whose player came back and collected meanwhile, needs nothing more. */
const collect = async (characterId: string): Promise<void> => {
  const { Item } = await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId } }));
  if (Item !== undefined) await collectProgress(Item as CharacterItem, { present: false });
};

export const handler = jobHandler(work);
