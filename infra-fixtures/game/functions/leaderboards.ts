import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { cachedJson, redisKey } from '../cache.ts';
import { activeShards } from '../characters.ts';
import { database, tableName } from '../database.ts';
import { environment } from '../environment.ts';
import { queryInteger } from '../input.ts';
import { jsonText, type RestContext, restHandler } from '../rest.ts';
import { LEVEL_MAX } from '../rules.ts';

const PAGE = { fallback: 20, max: 100 };

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

const byLevel = async (c: RestContext): Promise<Response> => {
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  return jsonText(
    c,
    await cachedJson(redisKey('leaderboard', 'level', String(limit)), environment().cacheTtlS.leaderboards, async () => {
      const top = await highest(limit);
      return {
        entries: top.map(({ characterId, name, level, experience }, index) => ({ rank: index + 1, characterId, name, level, experience })),
      };
    }),
  );
};

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

const byActivity = async (c: RestContext): Promise<Response> => {
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  return jsonText(
    c,
    await cachedJson(redisKey('leaderboard', 'active', String(limit)), environment().cacheTtlS.leaderboards, async () => {
      const shards = await Promise.all(activeShards.map((shard) => lastActive(shard, limit)));
      const entries = shards.flat().sort((a, b) => b.lastActiveAt - a.lastActiveAt);
      return { entries: entries.slice(0, limit).map(({ characterId, name, lastActiveAt }) => ({ characterId, name, lastActiveAt })) };
    }),
  );
};

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

export const handler = restHandler('leaderboards', {
  'GET /leaderboards/level': byLevel,
  'GET /leaderboards/active': byActivity,
});
