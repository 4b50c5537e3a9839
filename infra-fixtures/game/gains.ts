import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type CharacterItem, raiseLevel } from './characters.ts';
import { database, tableName } from './database.ts';
import type { Gains } from './rules.ts';

/** What players gain goes to two tables. */

/** Adds experience and gold, and the level that goes with them; items go to the inventory. Counters are added to, so nothing is lost to a race. */
export const grant = async (characterId: string, gains: Gains): Promise<void> => {
  const { Attributes } = await database().send(
    new UpdateCommand({
      TableName: tableName('characters'),
      Key: { characterId },
      UpdateExpression: 'ADD experience :experience, gold :gold',
      ConditionExpression: 'attribute_exists(characterId)',
      ExpressionAttributeValues: { ':experience': gains.experience, ':gold': gains.gold },
      ReturnValues: 'ALL_NEW',
    }),
  );
  await Promise.all([
    raiseLevel(Attributes as CharacterItem),
    ...gains.items.map((item) => addItem(characterId, item.itemId, item.quantity)),
  ]);
};

/** Adds to what the character holds of an item. */
export const addItem = async (characterId: string, itemId: string, quantity: number): Promise<void> => {
  await database().send(
    new UpdateCommand({
      TableName: tableName('inventory'),
      Key: { characterId, itemId },
      UpdateExpression: 'ADD quantity :quantity',
      ExpressionAttributeValues: { ':quantity': quantity },
    }),
  );
};
