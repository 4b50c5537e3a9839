import type { Clock } from '../analyzers/sources/clock.ts';

/**
 * A clock on which waiting costs no time: when everything that runs waits for it, it goes on to the next moment that somebody waits for.
 * Only for code that waits for nothing else, such as the network.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #waiting: { atMs: number; order: number; wake: () => void }[] = [];
  #ticking = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((wake) => {
      this.#waiting.push({ atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, wake });
      signal?.addEventListener('abort', () => wake(), { once: true });
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    // All that the last moment set off runs before the next one comes.
    setImmediate(() => {
      this.#ticking = false;
      const next = this.#waiting.reduce((a, b) => (b.atMs < a.atMs || (b.atMs === a.atMs && b.order < a.order) ? b : a), FAR);
      if (next === FAR) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      this.#tick();
    });
  }
}

const FAR = { atMs: Number.POSITIVE_INFINITY, order: 0, wake: () => undefined };
