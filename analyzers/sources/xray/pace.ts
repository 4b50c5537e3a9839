import type { Clock } from './outside.ts';

/**
 * Lets calls go no faster than an API takes them. A token bucket whose rate is found out, since AWS publishes none for X-Ray's reads: it
 * doubles until it is too much for the first time, and from then on keeps a little above what comes through.
 */
export interface Pace {
  /** Resolves when the next call may go. */
  take(): Promise<void>;
  /** What became of a call. */
  note(outcome: 'throttled' | 'through'): void;
  /** Calls a second that are let go by now. */
  readonly perS: number;
}

/** AWS's other read APIs of monitoring take 5 to 50 a second; guess: tune. */
const START_PER_S = 5;
const MIN_PER_S = 1;
const MAX_PER_S = 50;
/** Calls that may go at once after a pause. Guess: tune. */
const BURST = 5;
/** Outcomes before the rate is looked at again: with fewer, chance decides (of 40, a share of a quarter is seen as 0.25 ± 0.07). */
const OUTCOMES = 40;
const OUTCOMES_AT_FIRST = 16;
/**
 * Others use the account too, so that some calls are throttled at any rate: about the least share of the last stretches. What goes beyond
 * it by this much is our own rate's doing, and so is what goes beyond a quarter, or the rate would rise with its own refusals. Guess: tune.
 */
const OWN_SHARE_MAX = 0.12;
const FOREIGN_SHARE_MAX = 0.25;
const SHARE_MOST = 0.5;
const STRETCHES = 10;
const FASTER = 1.25;
const FASTER_AT_FIRST = 2;
/** Above what came through, so that a limit which rises is noticed. */
const ABOVE_THROUGH = 1.1;

export function createPace(clock: Clock, signal?: AbortSignal, startPerS: number = START_PER_S): Pace {
  let perS = startPerS;
  let tokens = BURST;
  let atS = clock.nowS();
  let [through, throttled, tooFastBefore] = [0, 0, false];
  let queue: Promise<void> = Promise.resolve();

  const takeOne = async (): Promise<void> => {
    const refill = (): void => {
      const nowS = clock.nowS();
      tokens = Math.min(BURST, tokens + Math.max(0, nowS - atS) * perS);
      atS = nowS;
    };
    refill();
    while (tokens < 1 && signal?.aborted !== true) {
      // A clock that stands still for a float's width would ask for ever.
      await clock.sleep(Math.max(0.001, (1 - tokens) / perS), signal);
      refill();
    }
    tokens -= 1;
  };

  const shares: number[] = [];
  const adjust = (): void => {
    const outcomes = through + throttled;
    if (outcomes < (tooFastBefore ? OUTCOMES : OUTCOMES_AT_FIRST)) return;
    const share = throttled / outcomes;
    [through, throttled] = [0, 0];
    shares.push(share);
    if (shares.length > STRETCHES) shares.shift();
    const foreign = Math.min(FOREIGN_SHARE_MAX, ...shares);
    if (share - foreign <= OWN_SHARE_MAX) {
      perS = Math.min(MAX_PER_S, perS * (tooFastBefore ? FASTER : FASTER_AT_FIRST));
    } else {
      tooFastBefore = true;
      // Below the start only where most calls are refused.
      const leastPerS = share > SHARE_MOST ? MIN_PER_S : Math.min(perS, startPerS);
      perS = Math.max(leastPerS, ((perS * (1 - share)) / (1 - foreign)) * ABOVE_THROUGH);
    }
  };

  return {
    take: () => {
      queue = queue.then(takeOne);
      return queue;
    },
    note: (outcome) => {
      if (outcome === 'throttled') throttled += 1;
      else through += 1;
      adjust();
    },
    get perS() {
      return perS;
    },
  };
}
