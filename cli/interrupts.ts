import { UserError } from './errors.ts';
import { EXIT } from './exit-code.ts';
import type { Host } from './host.ts';

/** Ctrl-C, counted. Before the engine runs, one is enough to leave. */
export class Interrupts {
  private count = 0;
  private listener: ((count: number) => void) | null = null;
  readonly end: () => void;

  constructor(host: Host) {
    this.end = host.onInterrupt(() => {
      this.count += 1;
      this.listener?.(this.count);
    });
  }

  /** @throws UserError 105 when there has been one */
  check(): void {
    if (this.count > 0)
      throw new UserError('interrupted before anything was sent', 'nothing is left behind', { exitCode: EXIT.interrupted });
  }

  /**
   * The result of `work`, which comes before the engine runs. A terminal sends a Ctrl-C to the short commands that `work` starts, too, so
   * after one its failure tells of nothing else.
   */
  async during<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      this.check();
    }
  }

  /** Calls back at the next one, not for those that came before. The returned function stops listening. */
  onNext(callback: () => void): () => void {
    const before = this.count;
    this.listener = (count) => {
      if (count > before) callback();
    };
    return () => this.listen(null);
  }

  /** Hears of each, and at once of those that came before. Null stops it. */
  listen(listener: ((count: number) => void) | null): void {
    this.listener = listener;
    if (this.count > 0) listener?.(this.count);
  }
}
