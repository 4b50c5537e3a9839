import type { Clock } from '../clock.ts';
import { RateFinder } from './rate.ts';

/** Lets calls go no faster than an API takes them: a token bucket whose rate is found out, since AWS publishes none for X-Ray's reads. */
export interface Pace {
  /** Resolves when the next call may go. */
  take(): Promise<void>;
  /** What became of a call. */
  note(outcome: 'throttled' | 'through'): void;
  /** Calls a second that are let go by now. */
  readonly perS: number;
}

/** Calls that may go at once after a pause. Guess: tune. */
const BURST = 5;

export function createPace(clock: Clock, signal?: AbortSignal, rate: RateFinder = new RateFinder()): Pace {
  let [tokens, atMs] = [1, clock.now()];
  let [through, calls, sinceMs] = [0, 0, clock.now()];
  let queue: Promise<void> = Promise.resolve();

  const refill = (): void => {
    const nowMs = clock.now();
    tokens = Math.min(BURST, tokens + (Math.max(0, nowMs - atMs) / 1000) * rate.perS);
    atMs = nowMs;
  };
  const takeOne = async (): Promise<void> => {
    refill();
    while (tokens < 1 && signal?.aborted !== true) {
      // A clock that stands still for a float's width would ask for ever.
      await clock.sleep(Math.max(1, (1000 * (1 - tokens)) / rate.perS), signal);
      refill();
    }
    tokens -= 1;
  };
  return {
    take: () => {
      queue = queue.then(takeOne);
      return queue;
    },
    note: (outcome) => {
      calls += 1;
      if (outcome === 'through') through += 1;
      const nowMs = clock.now();
      if (rate.told({ calls, through, seconds: (nowMs - sinceMs) / 1000 })) [through, calls, sinceMs] = [0, 0, nowMs];
    },
    get perS() {
      return rate.perS;
    },
  };
}
