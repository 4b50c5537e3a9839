/** Players who make the tables work: searches over indexes, leaderboards, inventories read and written in batches. */
import { inventory, inventoryBatch } from './lib/journeys/inventory.ts';
import { leaderboard } from './lib/journeys/leaderboard.ts';
import { market, marketSearch } from './lib/journeys/market.ts';
import { offlineProgress } from './lib/journeys/offline-progress.ts';
import { story } from './lib/story.ts';

const { options, play } = story({
  rhythm: { thinkMeanS: 4, requestsPerSession: 40, awayMeanS: 10 },
  journeys: [
    [30, marketSearch],
    [20, inventory],
    [15, inventoryBatch],
    [15, leaderboard],
    [10, market],
    [10, offlineProgress],
  ],
  visitS: 1,
});

export { options };
export default play;
