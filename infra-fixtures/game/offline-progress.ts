import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type CharacterItem, raiseLevel } from './characters.ts';
import { database, isConditionFailure, tableName } from './database.ts';
import { addItem } from './gains.ts';
import { count } from './metrics.ts';
import { type Gains, offlineGains } from './rules.ts';

export interface Progress {
  elapsedS: number;
  gained: Gains;
}

/**
 * Pays what a character has earned since it was last paid, once: null for everybody who saw the same progress and was slower.
 *
 * @param present false when the player isn't there, and a job collects for them
 */
export const collectProgress = async (character: CharacterItem, { present }: { present: boolean }): Promise<Progress | null> => {
  const now = Date.now();
  const elapsedS = Math.max(0, Math.floor((now - character.progressAt) / 1000));
  const gained = offlineGains(character.characterId, character.activity, elapsedS);
  const paid = await pay(character, gained, now, present);
  if (paid === null) return null;
  // Items follow, since nothing here spans two tables.
  await Promise.all([raiseLevel(paid), ...gained.items.map((item) => addItem(character.characterId, item.itemId, item.quantity))]);
  count('ProgressCollected');
  return { elapsedS, gained };
};

const pay = async (character: CharacterItem, gained: Gains, now: number, present: boolean): Promise<CharacterItem | null> => {
  try {
    const { Attributes } = await database().send(
      new UpdateCommand({
        TableName: tableName('characters'),
        Key: { characterId: character.characterId },
        UpdateExpression: `SET progressAt = :now${present ? ', lastActiveAt = :now' : ''} ADD experience :experience, gold :gold`,
        ConditionExpression: 'progressAt = :seen',
        ExpressionAttributeValues: {
          ':now': now,
          ':seen': character.progressAt,
          ':experience': gained.experience,
          ':gold': gained.gold,
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as CharacterItem;
  } catch (error) {
    if (isConditionFailure(error)) return null;
    throw error;
  }
};
