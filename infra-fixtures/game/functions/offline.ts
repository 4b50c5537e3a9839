import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { addItem, type CharacterItem, ownCharacter, raiseLevel } from '../characters.ts';
import { database, isConditionFailure, tableName } from '../database.ts';
import { Refusal } from '../errors.ts';
import { pathParameter, type RestContext, restHandler } from '../rest.ts';
import { type Gains, offlineGains } from '../rules.ts';

/** Two devices of one player may collect at once; more rounds than this are no accident any more. */
const ATTEMPTS = 3;

const collect = async (c: RestContext): Promise<Response> => {
  const characterId = pathParameter(c, 'id');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const character = await ownCharacter(characterId, c.get('player').userId);
    const now = Date.now();
    const elapsedS = Math.max(0, Math.floor((now - character.progressAt) / 1000));
    const gained = offlineGains(characterId, character.activity, elapsedS);
    if (await pay(character, gained, now)) return c.json({ elapsedS, gained });
  }
  throw new Refusal(409, 'the progress is being collected elsewhere');
};

/** Pays once: the condition fails for everybody who saw the same progress. Items follow, since nothing here spans two tables. */
const pay = async (character: CharacterItem, gained: Gains, now: number): Promise<boolean> => {
  try {
    const { Attributes } = await database().send(
      new UpdateCommand({
        TableName: tableName('characters'),
        Key: { characterId: character.characterId },
        UpdateExpression: 'SET progressAt = :now, lastActiveAt = :now ADD experience :experience, gold :gold',
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
    await Promise.all([
      raiseLevel(Attributes as CharacterItem),
      ...gained.items.map((item) => addItem(character.characterId, item.itemId, item.quantity)),
    ]);
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
};

export const handler = restHandler('offline', { 'POST /characters/{id}/offline-progress': collect });
