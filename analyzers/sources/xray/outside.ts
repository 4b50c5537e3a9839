import type { Clock } from '../clock.ts';

/** The outside world as the trace source sees it, injected so that tests need neither a network nor patience. */

/** A client of the AWS SDK. Give it `maxAttempts: 1`: what is tried again, and when, is decided here, under the rate limit. */
export interface Sender {
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's `send` is generic over every command of one client
  send(command: any, options?: { abortSignal?: AbortSignal }): Promise<any>;
}

export interface Outside {
  clock: Clock;
  /** Uniform in [0, 1), as `Math.random`. */
  random(): number;
  /** Aborted, nothing more is asked: what has been read by then is kept. */
  signal?: AbortSignal | undefined;
}
