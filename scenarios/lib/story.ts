import exec from 'k6/execution';
import type { Options } from 'k6/options';
import type { Rhythm } from './pace.ts';
import { Player } from './player.ts';
import { profile, stopsAfterS } from './profile.ts';
import { choice, type Random } from './random.ts';
import { begin } from './session.ts';
import { readSettings, type Settings } from './settings.ts';
import { startWaiting, wait } from './waiting.ts';

/** Something that a player does in the game, a handful of requests. It ends early when an answer leaves nothing to go on with. */
export type Journey = (player: Player) => Promise<void>;

/** What a player may do beside the journeys of a session, over a socket of its own. */
export interface Companion {
  /** Throws at init when the run lacks something that it needs. */
  check(settings: Settings): void;
  /** Starts it for a session if this player takes part: to be called when the session ends. */
  join(player: Player): (() => void) | undefined;
  /** In open load: whether this arrival comes for it, and then all of its visit. */
  comesFor(player: Player): boolean;
  visit: Journey;
}

/** A traffic story. */
export interface Story {
  rhythm: Rhythm;
  /** How often each journey is taken, relative to the others. */
  journeys: readonly (readonly [weight: number, journey: Journey])[];
  companion?: Companion;
  /** Usual length of an arrival in open load, in seconds. */
  visitS: number;
}

/**
 * Makes a k6 script of a story: `options` and the function that k6 runs over and over.
 *
 * Closed load (`LOADKIT_USERS`): an iteration is a session. The player signs in, takes up the character, wanders from journey to journey with think
 * time before every request, leaves when it has had enough, and stays away for a while.
 *
 * Open load (`LOADKIT_RATE`): an iteration is an arrival, which is one journey without think time, by a player who is signed in already (the first
 * arrival of each VU signs in). The rate of requests is the rate of arrivals times the requests per journey.
 */
export function story(told: Story): { options: Options; play: () => Promise<void> } {
  const settings = readSettings(__ENV);
  told.companion?.check(settings);
  const next = choice(told.journeys);
  let player: Player | undefined; // this VU's, kept from iteration to iteration
  const play = async (): Promise<void> => {
    player ??= new Player(settings, exec.vu.idInTest, told.rhythm);
    startWaiting(exec.scenario.startTime + stopsAfterS(settings, player.number) * 1000);
    await (settings.load.model === 'open' ? arrival(told, next, player) : session(told, next, player));
  };
  return { options: profile(settings, told.rhythm, told.visitS), play };
}

async function session(told: Story, next: (random: Random) => Journey, player: Player): Promise<void> {
  if (await begin(player)) {
    const leave = told.companion?.join(player);
    do await next(player.journeys)(player);
    while (player.signedIn && !player.pace.leaving);
    leave?.();
  }
  await wait(player.pace.leave());
}

async function arrival(told: Story, next: (random: Random) => Journey, player: Player): Promise<void> {
  player.becomeArrival(exec.scenario.iterationInTest);
  if (!player.signedIn && !(await begin(player))) return;
  const journey = told.companion?.comesFor(player) ? told.companion.visit : next(player.journeys);
  await journey(player);
}
