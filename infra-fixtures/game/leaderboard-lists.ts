import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Kept, keep } from './cache.ts';
import { activeShards } from './characters.ts';
import { database, tableName } from './database.ts';
import { LEVEL_MAX } from './rules.ts';

interface Ranked {
  characterId: string;
  name: string;
  level: number;
  experience: number;
}

interface Active {
  characterId: string;
  name: string;
  lastActiveAt: number;
}

export const topByLevel = (limit: number): Kept =>
  keep('leaderboards', ['level', String(limit)], async () => {
    const top = await highest(limit);
    return {
      entries: top.map(({ characterId, name, level, experience }, index) => ({ rank: index + 1, characterId, name, level, experience })),
    };
  });

/** Walks the levels from the top until the list is full: at most one query per level there is, and only when the cache has nothing. */
const highest = async (limit: number): Promise<Ranked[]> => {
  const found: Ranked[] = [];
  for (let level = LEVEL_MAX; level >= 1 && found.length < limit; level--) {
    const { Items = [] } = await database().send(
      new QueryCommand({
        TableName: tableName('characters'),
        IndexName: 'level-experience-index',
        KeyConditionExpression: '#level = :level',
        ExpressionAttributeNames: { '#level': 'level' },
        ExpressionAttributeValues: { ':level': level },
        ScanIndexForward: false,
        Limit: limit - found.length,
      }),
    );
    found.push(...(Items as Ranked[]));
  }
  return found;
};

export const topByActivity = (limit: number): Kept =>
  keep('leaderboards', ['active', String(limit)], async () => {
    const shards = await Promise.all(activeShards.map((shard) => lastActive(shard, limit)));
    const entries = shards.flat().sort((a, b) => b.lastActiveAt - a.lastActiveAt);
    return { entries: entries.slice(0, limit).map(({ characterId, name, lastActiveAt }) => ({ characterId, name, lastActiveAt })) };
  });

const lastActive = async (shard: string, limit: number): Promise<Active[]> => {
  const { Items = [] } = await database().send(
    new QueryCommand({
      TableName: tableName('characters'),
      IndexName: 'lastActiveAt-index',
      KeyConditionExpression: 'activeShard = :shard',
      ExpressionAttributeValues: { ':shard': shard },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items as Active[];
};

/** Characters that have done something since then, in epoch milliseconds. */
export const activeSince = async (sinceMs: number): Promise<number> => {
  const shards = await Promise.all(activeShards.map((shard) => countActive(shard, sinceMs)));
  return shards.reduce((sum, shard) => sum + shard, 0);
};

const countActive = async (shard: string, sinceMs: number): Promise<number> => {
  const { Count = 0 } = await database().send(
    new QueryCommand({
      TableName: tableName('characters'),
      IndexName: 'lastActiveAt-index',
      KeyConditionExpression: 'activeShard = :shard AND lastActiveAt > :since',
      ExpressionAttributeValues: { ':shard': shard, ':since': sinceMs },
      Select: 'COUNT', // of a page of 1 MB, which holds some thousand of these entries
    }),
  );
  return Count;
};
