import { pick } from './rules.ts';

export interface Guild {
  guildId: string;
  name: string;
  founderId: string;
  memberCount: number;
}

/** A guild as stored in the directory, where `entry` is its id. */
export interface GuildItem extends Omit<Guild, 'guildId'> {
  partition: string;
  entry: string;
}

/** Member counts change all the time, so the directory is spread; a list reads all shards, through the cache. Guess: tune. */
const DIRECTORY_SHARDS = 4;
export const directories: readonly string[] = Array.from({ length: DIRECTORY_SHARDS }, (_, shard) => `directory#${shard}`);
export const directoryOf = (guildId: string): string => `directory#${pick(guildId, DIRECTORY_SHARDS)}`;

export const publicGuild = ({ entry, name, founderId, memberCount }: GuildItem): Guild => ({
  guildId: entry,
  name,
  founderId,
  memberCount,
});
