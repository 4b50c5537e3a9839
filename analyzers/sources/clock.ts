/** Time as sources see it, injected so that tests neither wait nor depend on the day. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted: whoever slept looks at the signal itself. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that is so much ahead of another. */
export const aheadOf = (clock: Clock, aheadS: number): Clock => ({
  now: () => clock.now() + aheadS * 1000,
  sleep: (ms, signal) => clock.sleep(ms, signal),
});
