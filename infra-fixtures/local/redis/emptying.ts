import { createClient } from 'redis';
import { CACHED } from '../../game/environment.ts';

/** Keys that one step of a scan looks at. Guess: tune; some milliseconds of the server's. */
const SCAN_COUNT = 10_000;

interface EmptyingOptions {
  url: string;
  /** What all of the game's keys begin with. */
  keyPrefix: string;
  everyMs: number;
}

/**
 * Removes again and again what is cached, over a connection of its own, as a job that means well would. Nothing else: a game that has lost its tasks and
 * who is present is not slow, it is broken. The returned function ends it.
 */
export const startEmptying = async ({ url, keyPrefix, everyMs }: EmptyingOptions): Promise<() => void> => {
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  client.on('error', () => undefined); // seen where it is used
  await client.connect();
  const empty = async (): Promise<void> => {
    for await (const keys of client.scanIterator({ MATCH: `${keyPrefix}${CACHED}*`, COUNT: SCAN_COUNT }))
      if (keys.length > 0) await client.del(keys);
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
