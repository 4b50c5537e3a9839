/** Why something is no file of traces: one lowercase sentence that names the place, and what would mend it. */
export interface BadTraces {
  bad: string;
  hint: string;
}
export const isBadTraces = (read: object): read is BadTraces => 'bad' in read;

/** Thrown within the readers, and caught where they end. */
export class Malformed extends Error implements BadTraces {
  readonly bad: string;
  readonly hint: string;

  constructor(bad: string, hint: string) {
    super(bad);
    this.bad = bad;
    this.hint = hint;
  }
}
