import { type Kept, warm } from '../cache.ts';
import { environment } from '../environment.ts';
import { firstGuilds, guildList, guildPage } from '../guild-lists.ts';
import { itemCatalogue } from '../item-catalogue.ts';
import { topByActivity, topByLevel } from '../leaderboard-lists.ts';
import { log } from '../log.ts';
import { firstOpenAuctions } from '../market-lists.ts';
import { jobHandler } from '../operations/job.ts';

/** Lists are kept by their length: those that the clients ask for. Guess: tune. */
const LIST_LENGTHS = [10, 20];
/** Guilds whose pages are loaded as well, one after the other: their table is provisioned for few reads. */
const GUILDS = 20;

/** Leaderboards, guilds, item definitions and open auctions, by the same code and under the same keys as the functions that read them. */
const warmCache = async (): Promise<{ status: 'warmed' | 'off'; entries: number }> => {
  if (environment().mistakes.cacheWarming === 'off') return { status: 'off', entries: 0 };
  const guilds = await firstGuilds(GUILDS);
  const entries: Kept[] = [
    itemCatalogue(),
    ...LIST_LENGTHS.flatMap((length) => [topByLevel(length), topByActivity(length), guildList(length)]),
    firstOpenAuctions(),
    ...guilds.map(({ guildId }) => guildPage(guildId)),
  ];
  for (const entry of entries) await warm(...entry);
  log.info('cache warmed', { entries: entries.length });
  return { status: 'warmed', entries: entries.length };
};

export const handler = jobHandler(warmCache);
