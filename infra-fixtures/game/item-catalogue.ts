import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Kept, keep } from './cache.ts';
import { database, tableName } from './database.ts';
import { ITEMS_COUNT } from './rules.ts';

/** The definitions of all items. */
export const itemCatalogue = (): Kept =>
  keep('items', [], async () => {
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
  });
