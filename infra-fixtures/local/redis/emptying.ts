import { createClient } from 'redis';

/**
 * The names of what the game keeps in the cache for a while (game/*-lists.ts, game/item-catalogue.ts). Nothing else: tasks, presence and heartbeats expire too,
 * but a game that has lost them is not slow, it is broken.
 */
const CACHED = ['auctions:', 'guild:', 'guilds:', 'items', 'leaderboard:'];
/** Keys that one step of a scan looks at. Guess: tune; some milliseconds of the server's. */
const SCAN_COUNT = 10_000;

interface EmptyingOptions {
  url: string;
  /** What all of the game's keys begin with. */
  keyPrefix: string;
  everyMs: number;
}

/** Removes again and again what is cached, over a connection of its own, as a job that means well would. The returned function ends it. */
export const startEmptying = async ({ url, keyPrefix, everyMs }: EmptyingOptions): Promise<() => void> => {
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  client.on('error', () => undefined); // seen where it is used
  await client.connect();
  const empty = async (): Promise<void> => {
    for (const name of CACHED) {
      for await (const keys of client.scanIterator({ MATCH: `${keyPrefix}${name}*`, COUNT: SCAN_COUNT }))
        if (keys.length > 0) await client.del(keys);
    }
  };
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    await empty().catch(() => undefined); // the server is away, and so is what it kept
    busy = false;
  }, everyMs);
  return () => {
    clearInterval(timer);
    client.destroy();
  };
};
