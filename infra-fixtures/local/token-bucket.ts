interface BucketOptions {
  perSecond: number;
  tokensMax: number;
  /** Taken all the time by somebody else, who comes first: what flows in, then the credit, but never into debt. */
  drainPerSecond?: number;
  /** Begins full without it. */
  tokens?: number;
}

/**
 * A rate with credit: `perSecond` tokens flow in up to `tokensMax`. It may be overdrawn by the last one who takes, and then stays shut until the debt is
 * paid, so that the long-run rate holds whatever single requests take.
 */
export class TokenBucket {
  readonly #netPerSecond: number;
  readonly #tokensMax: number;
  #tokens: number;
  #atMs: number;

  constructor({ perSecond, tokensMax, drainPerSecond = 0, tokens = tokensMax }: BucketOptions, nowMs: number) {
    this.#netPerSecond = perSecond - drainPerSecond;
    this.#tokensMax = tokensMax;
    this.#tokens = tokens;
    this.#atMs = nowMs;
  }

  /** What there is now; negative while in debt. */
  tokens(nowMs: number): number {
    if (nowMs > this.#atMs) {
      const flowed = this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#netPerSecond;
      this.#tokens = Math.min(this.#tokensMax, Math.max(flowed, Math.min(0, this.#tokens)));
      this.#atMs = nowMs;
    }
    return this.#tokens;
  }

  /** Whether `tokens` may be taken: all of them are there or, when they are more than the bucket can hold, it is full. */
  allows(tokens: number, nowMs: number): boolean {
    return this.tokens(nowMs) >= Math.min(tokens, this.#tokensMax);
  }

  /** Takes without asking; a negative number gives back. */
  take(tokens: number, nowMs: number): void {
    this.#tokens = Math.min(this.#tokensMax, this.tokens(nowMs) - tokens);
  }

  isFull(nowMs: number): boolean {
    return this.tokens(nowMs) >= this.#tokensMax;
  }
}
