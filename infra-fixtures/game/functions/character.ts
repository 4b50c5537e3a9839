import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { activeShardOf, type CharacterItem, ownCharacter, publicCharacter, updateOwn } from '../characters.ts';
import { database, tableName } from '../database.ts';
import { environment } from '../environment.ts';
import { oneOf, text } from '../input.ts';
import { bodyOf, pathParameter, type RestContext, restHandler } from '../rest.ts';
import { CLASSES } from '../rules.ts';

const NAME = { max: 40 };
/** Characters that a list shows; nobody plays more. Guess: tune. */
const LIST_MAX = 50;

const create = async (c: RestContext): Promise<Response> => {
  const body = bodyOf(c);
  const characterId = randomUUID();
  const now = Date.now();
  const { itemPaddingKb } = environment().mistakes;
  const character: CharacterItem = {
    characterId,
    userId: c.get('player').userId,
    name: text(body, 'name', NAME),
    class: oneOf(body, 'class', CLASSES),
    level: 1,
    experience: 0,
    gold: 100,
    activity: 'idle',
    activitySince: now,
    lastActiveAt: now,
    progressAt: now,
    activeShard: activeShardOf(characterId),
    ...(itemPaddingKb > 0 && { portrait: 'x'.repeat(itemPaddingKb * 1024) }),
  };
  await database().send(
    new PutCommand({ TableName: tableName('characters'), Item: character, ConditionExpression: 'attribute_not_exists(characterId)' }),
  );
  return c.json(publicCharacter(character), 201);
};

const list = async (c: RestContext): Promise<Response> => {
  const { Items = [] } = await database().send(
    new QueryCommand({
      TableName: tableName('characters'),
      IndexName: 'userId-index',
      KeyConditionExpression: 'userId = :me',
      ExpressionAttributeValues: { ':me': c.get('player').userId },
      Limit: LIST_MAX,
    }),
  );
  return c.json({ characters: (Items as CharacterItem[]).map(publicCharacter) });
};

const read = async (c: RestContext): Promise<Response> =>
  c.json(publicCharacter(await ownCharacter(pathParameter(c, 'id'), c.get('player').userId)));

const rename = async (c: RestContext): Promise<Response> => {
  const name = text(bodyOf(c), 'name', NAME);
  const before = await updateOwn(
    pathParameter(c, 'id'),
    c.get('player').userId,
    'SET #name = :name',
    { '#name': 'name' },
    { ':name': name },
  );
  return c.json(publicCharacter({ ...before, name }));
};

export const handler = restHandler('character', {
  'POST /characters': create,
  'GET /characters': list,
  'GET /characters/{id}': read,
  'PATCH /characters/{id}': rename,
});
