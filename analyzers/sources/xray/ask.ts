import { INTERRUPTED, isPassing, type Trouble, troubleOf } from '../trouble.ts';
import type { Outside, Sender } from './outside.ts';
import type { Pace } from './pace.ts';

/** One operation of AWS: its IAM action, the client, and the pace at which it may be called. */
export interface Api {
  /** `xray:BatchGetTraces` */
  action: string;
  client: Sender;
  pace: Pace;
  outside: Outside;
}

/** Of a call that gets no answer. */
const ATTEMPTS_MAX = 8;
/** Throttled calls cost only time: of those that come through half of the time, one in 10^9 doesn't within these. */
const THROTTLED_MAX = 30;
/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5000;

/** Sends a command, under the API's pace, again and again where that may help. Never throws what a service or the network did. */
export async function ask<Output>({ action, client, pace, outside }: Api, command: unknown): Promise<Output | Trouble> {
  const { clock, random, signal } = outside;
  let [attempts, throttled] = [0, 0];
  for (;;) {
    await pace.take();
    if (signal?.aborted === true) return INTERRUPTED;
    try {
      const output = (await client.send(command, signal === undefined ? {} : { abortSignal: signal })) as Output;
      pace.note('through');
      return output;
    } catch (error) {
      const trouble = troubleOf(error, action);
      if (trouble.kind === 'throttled') {
        pace.note('throttled');
        throttled += 1;
      } else attempts += 1;
      if (!isPassing(trouble) || attempts >= ATTEMPTS_MAX || throttled >= THROTTLED_MAX) return trouble;
      await clock.sleep(random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (attempts + throttled)), signal);
    }
  }
}
