import { clearTimeout, setTimeout } from 'k6/timers';
import { Chat, ECHO_MAX_S } from '../chat.ts';
import type { Player } from '../player.ts';
import { exponential } from '../random.ts';
import type { Companion } from '../story.ts';

export interface ChatHabit {
  /** Share of the sessions (in open load: of the arrivals) with chat, 0 to 1. */
  share: number;
  /** Mean seconds between two things that a player says. */
  messageEveryS: number;
  /** Players per channel at most. Every message goes to all of them: what the server sends grows with the size of the channel. */
  channelSize: number;
}

/** How often somebody looks who is there instead of saying something. Guess: tune. */
const PRESENCE_SHARE = 0.2;
/** As long as a short line of chat. */
const TEXT = 'The pressure in boiler seven is rising again, all hands to the valves!';

/** Chat beside the game: the player joins a channel for the whole session, and says something now and then. */
export const chat = (habit: ChatHabit): Companion => ({
  check(settings) {
    if (settings.wsUrl === null) throw new Error('LOADKIT_WS_TARGET is not set: these players chat, it takes the URL of the chat');
  },
  join: (player) => (player.chat() < habit.share ? keepTalking(player, habit) : undefined),
  comesFor: (player) => player.chat() < habit.share,
  visit: (player) => sayOnce(player, habit),
});

const channelOf = (player: Player, habit: ChatHabit): string =>
  `loadkit-${player.settings.seed}-${Math.floor((player.number - 1) / habit.channelSize)}`;

function keepTalking(player: Player, habit: ChatHabit): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    timer = setTimeout(speak, exponential(player.chat, habit.messageEveryS) * 1000);
  };
  const speak = () => {
    if (player.chat() < PRESENCE_SHARE) connection.askPresence();
    else connection.say(TEXT);
    later();
  };
  const connection = new Chat(player, channelOf(player, habit), {
    joined: later,
    dropped: () => timer !== undefined && clearTimeout(timer),
  });
  return () => connection.leave();
}

/** A whole visit: join, say one thing, wait for it to come back, leave. */
const sayOnce = (player: Player, habit: ChatHabit): Promise<void> =>
  new Promise((done) => {
    const connection = new Chat(player, channelOf(player, habit), {
      joined: () => connection.say(TEXT),
      echoed: () => connection.leave(),
      ended: () => {
        clearTimeout(patience);
        done();
      },
    });
    const patience = setTimeout(() => connection.leave(), (ECHO_MAX_S + 1) * 1000);
  });
