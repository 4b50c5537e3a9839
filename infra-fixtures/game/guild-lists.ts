import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { cachedKey, forget, type Kept, keep } from './cache.ts';
import { database, tableName } from './database.ts';
import { directories, directoryOf, type Guild, type GuildItem, publicGuild } from './guild-directory.ts';

/** Members that a guild's page shows. Guess: tune. */
const MEMBERS_SHOWN = 100;

export const guildList = (limit: number): Kept =>
  keep('guilds', ['list', String(limit)], async () => ({ guilds: await firstGuilds(limit) }));

export const firstGuilds = async (limit: number): Promise<Guild[]> => {
  const shards = await Promise.all(directories.map((directory) => directoryPage(directory, limit)));
  const guilds = shards.flat().sort((a, b) => (a.entry < b.entry ? -1 : 1));
  return guilds.slice(0, limit).map(publicGuild);
};

/** A guild with its members, `null` when there is none. */
export const guildPage = (guildId: string): Kept =>
  keep('guilds', ['page', guildId], async () => {
    const [guild, members] = await Promise.all([findGuild(guildId), membersOf(guildId)]);
    return guild === null ? null : { ...publicGuild(guild), members };
  });

export const forgetGuild = (guildId: string): Promise<void> => forget(cachedKey('guilds', 'page', guildId));

/** The first entries of one partition: a page of the directory, or a guild and its members. */
const entriesOf = async (partition: string, limit: number): Promise<Record<string, unknown>[]> => {
  const { Items = [] } = await database().send(
    new QueryCommand({
      TableName: tableName('guilds'),
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': 'partition' },
      ExpressionAttributeValues: { ':partition': partition },
      Limit: limit,
    }),
  );
  return Items;
};

const directoryPage = async (directory: string, limit: number): Promise<GuildItem[]> =>
  (await entriesOf(directory, limit)) as unknown as GuildItem[];

export const findGuild = async (guildId: string): Promise<GuildItem | null> => {
  const { Item } = await database().send(
    new GetCommand({ TableName: tableName('guilds'), Key: { partition: directoryOf(guildId), entry: guildId } }),
  );
  return (Item as GuildItem | undefined) ?? null;
};

const membersOf = async (guildId: string): Promise<string[]> =>
  (await entriesOf(guildId, MEMBERS_SHOWN)).map((item) => item['entry'] as string);
