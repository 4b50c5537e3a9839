import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { BoundedMap } from './bounded-map.ts';
import { database, isConditionFailure, tableName } from './database.ts';
import { notFound, Refusal } from './errors.ts';
import { type Activity, type CharacterClass, levelOf, pick } from './rules.ts';

/** What players see of a character. */
export interface Character {
  characterId: string;
  userId: string;
  name: string;
  class: CharacterClass;
  level: number;
  experience: number;
  gold: number;
  activity: Activity;
  activitySince: number;
  lastActiveAt: number;
}

/** As stored: with the shard of `lastActiveAt-index`, and the time up to which offline progress has been collected. */
export interface CharacterItem extends Character {
  activeShard: string;
  progressAt: number;
  /** In the item itself, where it is read and written with everything else: the mistake of a bad release. */
  portrait?: string;
}

/** Shards of `lastActiveAt-index`: every list reads all of them, every write goes to one. Guess: tune. */
const ACTIVE_SHARDS = 4;
export const activeShards: readonly string[] = Array.from({ length: ACTIVE_SHARDS }, (_, shard) => `active#${shard}`);
export const activeShardOf = (characterId: string): string => `active#${pick(characterId, ACTIVE_SHARDS)}`;

/** Without what is the database's own business. */
export const publicCharacter = ({
  activeShard: _shard,
  progressAt: _progress,
  portrait: _portrait,
  ...character
}: CharacterItem): Character => character;

/** Ownership never changes, so a warm function need not ask twice. Guess: tune. */
const owners = new BoundedMap<string, string>(10_000);

/** The player's own character. @throws Refusal 404, or 403 for somebody else's */
export const ownCharacter = async (characterId: string, userId: string): Promise<CharacterItem> => {
  const { Item } = await database().send(new GetCommand({ TableName: tableName('characters'), Key: { characterId } }));
  if (Item === undefined) throw notFound('character');
  const character = Item as CharacterItem;
  owners.set(characterId, character.userId);
  requireOwner(character.userId, userId);
  return character;
};

/** Makes sure that the character is the player's. @throws Refusal 404 or 403 */
export const requireOwn = async (characterId: string, userId: string): Promise<void> => {
  const owner = owners.get(characterId);
  if (owner === undefined) await ownCharacter(characterId, userId);
  else requireOwner(owner, userId);
};

const requireOwner = (owner: string, userId: string): void => {
  if (owner !== userId) throw new Refusal(403, 'the character belongs to somebody else');
};

/** An update of a character that only its owner may make; the item as it was before. One call where all is well. @throws Refusal 404 or 403 */
export const updateOwn = async (
  characterId: string,
  userId: string,
  expression: string,
  names: Record<string, string>,
  values: Record<string, unknown>,
): Promise<CharacterItem> => {
  try {
    const { Attributes } = await database().send(
      new UpdateCommand({
        TableName: tableName('characters'),
        Key: { characterId },
        UpdateExpression: expression,
        ConditionExpression: 'userId = :me',
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: { ...values, ':me': userId },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return Attributes as CharacterItem;
  } catch (error) {
    // Says which it was, 404 or 403; if neither, the character came or changed hands meanwhile, which is a defect.
    if (isConditionFailure(error)) await ownCharacter(characterId, userId);
    throw error;
  }
};

/** Level follows experience. The condition keeps a slower writer from taking a level back. */
export const raiseLevel = async ({ characterId, level, experience }: CharacterItem): Promise<void> => {
  const due = levelOf(experience);
  if (due <= level) return;
  try {
    await database().send(
      new UpdateCommand({
        TableName: tableName('characters'),
        Key: { characterId },
        UpdateExpression: 'SET #level = :due',
        ConditionExpression: '#level < :due',
        ExpressionAttributeNames: { '#level': 'level' },
        ExpressionAttributeValues: { ':due': due },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
};
