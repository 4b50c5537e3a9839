import type { Clock } from './outside.ts';

/**
 * Lets calls go no faster than an API takes them. A token bucket whose rate is found out, since AWS publishes none for X-Ray's reads: it
 * doubles until calls are throttled for the first time, and from then on keeps a little above what comes through.
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
/** Outcomes before the rate is looked at again: with fewer, chance decides. Guess: tune. */
const OUTCOMES = 20;
const OUTCOMES_AT_FIRST = 10;
/** Others use the account too, so that some calls are always throttled, whatever the rate: only more than these are ours. Guess: tune. */
const SHARE_LOW = 0.1;
const SHARE_HIGH = 0.5;
const FASTER = 1.25;
const FASTER_AT_FIRST = 2;
/** Above what came through, so that a limit which rises is noticed. */
const ABOVE_THROUGH = 1.1;

export function createPace(clock: Clock, signal?: AbortSignal, startPerS: number = START_PER_S): Pace {
  let perS = startPerS;
  let tokens = BURST;
  let atS = clock.nowS();
  let [through, throttled, everThrottled] = [0, 0, false];
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

  const adjust = (): void => {
    const outcomes = through + throttled;
    if (outcomes < (everThrottled ? OUTCOMES : OUTCOMES_AT_FIRST)) return;
    const share = throttled / outcomes;
    if (share <= SHARE_LOW) perS = Math.min(MAX_PER_S, perS * (everThrottled ? FASTER : FASTER_AT_FIRST));
    else if (share <= SHARE_HIGH) perS = Math.max(Math.min(perS, startPerS), perS * (1 - share) * ABOVE_THROUGH);
    else perS = Math.max(MIN_PER_S, perS * (1 - share) * ABOVE_THROUGH);
    [through, throttled] = [0, 0];
  };

  return {
    take: () => {
      queue = queue.then(takeOne);
      return queue;
    },
    note: (outcome) => {
      if (outcome === 'throttled') {
        throttled += 1;
        everThrottled = true;
      } else through += 1;
      adjust();
    },
    get perS() {
      return perS;
    },
  };
}
