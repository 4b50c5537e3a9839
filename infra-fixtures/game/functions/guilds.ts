import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { cachedJson } from '../cache.ts';
import { requireOwn } from '../characters.ts';
import { database, isConditionFailure, tableName } from '../database.ts';
import { notFound } from '../errors.ts';
import { directoryOf, type GuildItem, publicGuild } from '../guild-directory.ts';
import { findGuild, forgetGuild, guildList, guildPage } from '../guild-lists.ts';
import { queryInteger, text } from '../input.ts';
import { count } from '../metrics.ts';
import { bodyOf, jsonText, pathParameter, type RestContext, restHandler } from '../rest.ts';

const PAGE = { fallback: 20, max: 100 };
const NAME = { max: 40 };

const list = async (c: RestContext): Promise<Response> => {
  const limit = queryInteger(c.req.query('limit'), 'limit', PAGE);
  return jsonText(c, await cachedJson(...guildList(limit)));
};

const found = async (c: RestContext): Promise<Response> => {
  const body = bodyOf(c);
  const name = text(body, 'name', NAME);
  const founderId = text(body, 'characterId', { max: 64 });
  await requireOwn(founderId, c.get('player').userId);
  const guildId = `guild-${randomUUID()}`;
  const guild: GuildItem = { partition: directoryOf(guildId), entry: guildId, name, founderId, memberCount: 1 };
  await database().send(new PutCommand({ TableName: tableName('guilds'), Item: guild }));
  await addMember(guildId, founderId);
  return c.json(publicGuild(guild), 201);
};

const read = async (c: RestContext): Promise<Response> => {
  const guildId = pathParameter(c, 'id');
  const json = await cachedJson(...guildPage(guildId));
  if (json === 'null') throw notFound('guild');
  return jsonText(c, json);
};

const join = async (c: RestContext): Promise<Response> => {
  const guildId = pathParameter(c, 'id');
  const characterId = text(bodyOf(c), 'characterId', { max: 64 });
  await requireOwn(characterId, c.get('player').userId);
  if ((await findGuild(guildId)) === null) throw notFound('guild');
  const joined = await addMember(guildId, characterId);
  if (joined) {
    count('GuildsJoined');
    await countMembers(guildId, 1);
    await forgetGuild(guildId);
  }
  return c.json({ guildId, characterId }, joined ? 201 : 200);
};

const leave = async (c: RestContext): Promise<Response> => {
  const guildId = pathParameter(c, 'id');
  const characterId = pathParameter(c, 'characterId');
  await requireOwn(characterId, c.get('player').userId);
  const { Attributes } = await database().send(
    new DeleteCommand({ TableName: tableName('guilds'), Key: { partition: guildId, entry: characterId }, ReturnValues: 'ALL_OLD' }),
  );
  if (Attributes === undefined) throw notFound('member');
  await countMembers(guildId, -1);
  await forgetGuild(guildId);
  return c.body(null, 204);
};

/** False when the character is a member already. */
const addMember = async (guildId: string, characterId: string): Promise<boolean> => {
  try {
    await database().send(
      new PutCommand({
        TableName: tableName('guilds'),
        Item: { partition: guildId, entry: characterId, joinedAt: Date.now() },
        ConditionExpression: 'attribute_not_exists(entry)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
};

const countMembers = async (guildId: string, by: 1 | -1): Promise<void> => {
  await database().send(
    new UpdateCommand({
      TableName: tableName('guilds'),
      Key: { partition: directoryOf(guildId), entry: guildId },
      UpdateExpression: 'ADD memberCount :by',
      ExpressionAttributeValues: { ':by': by },
    }),
  );
};

export const handler = restHandler('guilds', {
  'GET /guilds': list,
  'POST /guilds': found,
  'GET /guilds/{id}': read,
  'POST /guilds/{id}/members': join,
  'DELETE /guilds/{id}/members/{characterId}': leave,
});
