/**
 * A clock on which waiting costs no time: when everything that runs waits for it, it goes on to the next moment that somebody waits for.
 * Only for code that waits for nothing else, such as the network.
 */
export class VirtualClock {
  #nowS: number;
  #order = 0;
  readonly #waiting: { atS: number; order: number; wake: () => void }[] = [];
  #ticking = false;

  constructor(startS: number) {
    this.#nowS = startS;
  }

  nowS(): number {
    return this.#nowS;
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((wake) => {
      this.#waiting.push({ atS: this.#nowS + Math.max(0, seconds), order: this.#order++, wake });
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
      const next = this.#waiting.reduce((a, b) => (b.atS < a.atS || (b.atS === a.atS && b.order < a.order) ? b : a), FAR);
      if (next === FAR) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#nowS = Math.max(this.#nowS, next.atS);
      next.wake();
      this.#tick();
    });
  }
}

const FAR = { atS: Number.POSITIVE_INFINITY, order: 0, wake: () => undefined };
