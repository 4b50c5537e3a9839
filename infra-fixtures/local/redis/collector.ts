import { createClient } from 'redis';
import { cacheDimensions, cacheNodeDimensions } from '../names.ts';
import type { Platform } from '../telemetry/platform.ts';
import { cacheFigures, parseInfo, type RedisInfo } from './info.ts';

const NAMESPACE = 'AWS/ElastiCache';
/** ElastiCache asks once a minute; more often keeps the sums and shows shorter peaks. */
const EVERY_MS = 1000;

interface CollectorOptions {
  url: string;
  platform: Platform;
  /** Besides the collector's, those that are not the game's. */
  otherConnections?: number;
  everyMs?: number;
}

/** Asks a Redis what it did, over a connection of its own, and tells it as ElastiCache does. The returned function ends it. */
export const startRedisCollector = async (options: CollectorOptions): Promise<() => void> => {
  const { url, platform, otherConnections = 0, everyMs = EVERY_MS } = options;
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  client.on('error', () => undefined); // seen where it is asked
  await client.connect();
  const ask = async () => ({ info: parseInfo(String(await client.sendCommand(['INFO', 'all']))), atMs: performance.now() });
  let last: { info: RedisInfo; atMs: number } | null = await ask();
  let busy = false;
  const collect = async (): Promise<void> => {
    if (busy) return; // a server that hangs gets one question
    busy = true;
    try {
      const now = await ask();
      // A server that was started anew counts from zero.
      if (last !== null && last.info.get('run_id') === now.info.get('run_id')) {
        const elapsedS = (now.atMs - last.atMs) / 1000;
        const interval = { before: last.info, after: now.info, elapsedS, ownConnections: 1 + otherConnections };
        for (const { name, value, unit } of cacheFigures(interval)) {
          for (const dimensions of [cacheDimensions, cacheNodeDimensions]) platform.metric(NAMESPACE, name, dimensions, value, unit);
        }
      }
      last = now;
    } catch {
      last = null; // nothing is told of a time that wasn't seen
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void collect(), everyMs);
  return () => {
    clearInterval(timer);
    client.destroy();
  };
};
