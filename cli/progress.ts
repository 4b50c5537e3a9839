import type { Output } from './host.ts';

/** Without a terminal, a line this often is enough to show in a CI log that the run is alive. */
const PLAIN_INTERVAL_MS = 10_000;

/** One live line: rewritten in place on a terminal, a new line now and then elsewhere. */
export class Progress {
  private lastPlainMs = Number.NEGATIVE_INFINITY;
  private live = false;
  private readonly out: Output;
  private readonly now: () => number;

  constructor(out: Output, now: () => number) {
    this.out = out;
    this.now = now;
  }

  /** Something that happened once, and stays. */
  note(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }

  /** How things stand; the next call takes its place. */
  show(text: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[2K${text.slice(0, Math.max(1, this.out.columns - 1))}`);
      this.live = true;
    } else if (this.now() - this.lastPlainMs >= PLAIN_INTERVAL_MS) {
      this.lastPlainMs = this.now();
      this.out.write(`${text}\n`);
    }
  }

  clear(): void {
    if (this.live) this.out.write('\r\u001b[2K');
    this.live = false;
  }
}

export const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
};
