/** A crowded chat: everybody talks, and looks at the game now and then. */
import { activity } from './lib/journeys/activity.ts';
import { character } from './lib/journeys/character.ts';
import { chat } from './lib/journeys/chat.ts';
import { guild } from './lib/journeys/guild.ts';
import { story } from './lib/story.ts';

const { options, play } = story({
  rhythm: { thinkMeanS: 10, requestsPerSession: 15, awayMeanS: 10 },
  journeys: [
    [5, activity],
    [3, guild],
    [2, character],
  ],
  // 1,000 players send 100 messages/s, and the server 2,000 to the 20 members of each channel.
  companion: chat({ share: 1, messageEveryS: 8, channelSize: 20 }),
  visitS: 1,
});

export { options };
export default play;
