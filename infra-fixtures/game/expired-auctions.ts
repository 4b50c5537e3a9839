import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { firstExpiresKey, openShards } from './auctions.ts';
import { database, isConditionFailure, tableName } from './database.ts';
import { environment } from './environment.ts';
import { count } from './metrics.ts';

/** Bounds what one run does; the next one goes on. Guess: tune. */
const PAGE = 100;
const PAGES_MAX = 20;
/** Updates at once: a job in the background is to leave the table to the players. Guess: tune. */
const AT_ONCE = 5;

/**
 * Takes auctions past their end out of the lists, which otherwise hold them until the database clears them away. Resolves with how many were closed.
 */
export const closeExpiredAuctions = async (now: number): Promise<number> => {
  let closed = 0;
  for (const shard of openShards) closed += await closeShard(shard, now);
  if (closed > 0) count('AuctionsExpired', closed);
  return closed;
};

const closeShard = async (shard: string, now: number): Promise<number> => {
  let closed = 0;
  let from: Record<string, unknown> | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { Items = [], LastEvaluatedKey } = await database().send(
      new QueryCommand({
        TableName: tableName('auctions'),
        IndexName: 'status-expires-index',
        KeyConditionExpression: 'openShard = :shard AND expiresKey <= :now',
        ExpressionAttributeValues: { ':shard': shard, ':now': firstExpiresKey(now) },
        Limit: PAGE,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    const ids = Items.map((item) => item['auctionId'] as string);
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const done = await Promise.all(ids.slice(at, at + AT_ONCE).map((auctionId) => close(auctionId, now)));
      closed += done.filter(Boolean).length;
    }
    from = LastEvaluatedKey;
    if (from === undefined) break;
  }
  return closed;
};

/** False when somebody bought it in its last moment. */
const close = async (auctionId: string, now: number): Promise<boolean> => {
  try {
    await database().send(
      new UpdateCommand({
        TableName: tableName('auctions'),
        Key: { auctionId },
        UpdateExpression: 'SET #status = :expired, goneAtS = :goneAtS REMOVE openShard, expiresKey, openItemId',
        ConditionExpression: '#status = :open AND expiresAt <= :now',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':expired': 'expired',
          ':open': 'open',
          ':now': now,
          ':goneAtS': Math.ceil(now / 1000) + environment().soldKeptS,
        },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
};
