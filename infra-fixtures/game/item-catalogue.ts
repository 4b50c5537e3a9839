import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Kept, redisKey } from './cache.ts';
import { database, tableName } from './database.ts';
import { environment } from './environment.ts';
import { ITEMS_COUNT } from './rules.ts';

/** The definitions of all items. */
export const itemCatalogue = (): Kept => [
  redisKey('items'),
  environment().cacheTtlS.items,
  async () => {
    const { Items = [] } = await database().send(
      new QueryCommand({
        TableName: tableName('items'),
        KeyConditionExpression: '#partition = :catalogue',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':catalogue': 'catalogue' },
        Limit: ITEMS_COUNT,
      }),
    );
    return { items: Items.map(({ partition: _partition, ...item }) => item) };
  },
];
