/** An evening in the game: everything that players do, in the proportions that they do it in, some of them on chat meanwhile. */
import { activity } from './lib/journeys/activity.ts';
import { authentication } from './lib/journeys/authentication.ts';
import { catalogue } from './lib/journeys/catalogue.ts';
import { character } from './lib/journeys/character.ts';
import { chat } from './lib/journeys/chat.ts';
import { guild } from './lib/journeys/guild.ts';
import { inventory } from './lib/journeys/inventory.ts';
import { leaderboard } from './lib/journeys/leaderboard.ts';
import { market } from './lib/journeys/market.ts';
import { offlineProgress } from './lib/journeys/offline-progress.ts';
import { task } from './lib/journeys/task.ts';
import { story } from './lib/story.ts';

const { options, play } = story({
  // 1,000 players send 235 requests/s, well above the target of 150.
  rhythm: { thinkMeanS: 4, requestsPerSession: 40, awayMeanS: 10 },
  journeys: [
    [24, activity],
    [16, market],
    [14, character],
    [12, offlineProgress],
    [10, guild],
    [8, inventory],
    [6, leaderboard],
    [4, catalogue],
    [3, task],
    [3, authentication],
  ],
  companion: chat({ share: 0.25, messageEveryS: 20, channelSize: 40 }),
  visitS: 1,
});

export { options };
export default play;
