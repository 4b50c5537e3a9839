/** Why something is not what it is taken for: one lowercase sentence that names the place, and what would mend it. */
export interface Bad {
  bad: string;
  hint: string;
}

export const isBad = (read: object): read is Bad => 'bad' in read;

/** Thrown within those who read a document, and caught where they end. */
export class Malformed extends Error implements Bad {
  readonly bad: string;
  readonly hint: string;

  constructor(bad: string, hint: string) {
    super(bad);
    this.bad = bad;
    this.hint = hint;
  }
}
