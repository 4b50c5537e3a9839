import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { BATCH_WRITE_MAX, batchWrite, database, tableName } from '../../game/database.ts';
import { type TableName, tableDefinition, tableNames } from '../../game/definition.ts';
import { log } from '../../game/log.ts';

/**
 * DynamoDB's time to live, which dynalite lacks: walks round each table that has one, a page a second, and deletes what has expired. Without it the
 * messages and auctions of a long run would fill the memory. Like the real one it comes late; the game asks for the time itself.
 */

/**
 * A table is walked at 500 items a second, which keeps up with as many new ones: more than two cores of chat can write. A page takes dynalite some
 * milliseconds, so that the walk costs a few percent of a core at most. Guess: tune.
 */
const PAGE_ITEMS = 500;
const PAGE_EVERY_MS = 1000;

type StartKey = Record<string, unknown> | undefined;

/** Is told how many items a page has lost. */
type OnExpired = (table: TableName, items: number) => void;

/** Starts the walks; the returned function ends them. */
export const startTimeToLive = (onExpired: OnExpired): (() => void) => {
  const expiring = tableNames.filter((table) => tableDefinition(table).timeToLive !== undefined);
  const stops = expiring.map((table) => startWalk(table, onExpired));
  return () => {
    for (const stop of stops) stop();
  };
};

const startWalk = (table: TableName, onExpired: OnExpired): (() => void) => {
  let position: StartKey;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      position = await deleteExpiredPage(table, position, Math.floor(Date.now() / 1000), onExpired);
    } catch (error) {
      log.warn('expired items could not be deleted', { table, error });
    } finally {
      busy = false;
    }
  }, PAGE_EVERY_MS);
  return () => clearInterval(timer);
};

/** Deletes the expired items of one page; where the next page begins, undefined after the last. */
export const deleteExpiredPage = async (
  table: TableName,
  from: StartKey,
  nowS: number,
  onExpired: OnExpired = () => undefined,
): Promise<StartKey> => {
  const { partitionKey, sortKey, timeToLive = '' } = tableDefinition(table);
  const keys = [partitionKey.name, ...(sortKey === undefined ? [] : [sortKey.name])];
  const { Items = [], LastEvaluatedKey } = await database().send(
    new ScanCommand({
      TableName: tableName(table),
      ProjectionExpression: keys.map((_, index) => `#key${index}`).join(', '),
      FilterExpression: '#goneAt < :now',
      ExpressionAttributeNames: { '#goneAt': timeToLive, ...Object.fromEntries(keys.map((name, index) => [`#key${index}`, name])) },
      ExpressionAttributeValues: { ':now': nowS },
      Limit: PAGE_ITEMS,
      ...(from !== undefined && { ExclusiveStartKey: from }),
    }),
  );
  for (let at = 0; at < Items.length; at += BATCH_WRITE_MAX) {
    await batchWrite(
      table,
      Items.slice(at, at + BATCH_WRITE_MAX).map((Key) => ({ DeleteRequest: { Key } })),
    );
  }
  if (Items.length > 0) onExpired(table, Items.length);
  return LastEvaluatedKey;
};
