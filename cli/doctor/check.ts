import type { Host } from '../host.ts';

/** One question to this machine, answered without installing or changing anything. A new check is one file and a line in `index.ts`. */
export interface Check {
  /** A noun, kebab-case, the same as its file's name. A contract: `doctor --json` prints it. */
  id: string;
  question: string;
  check(host: Host): Promise<Answer>;
}

export interface Answer {
  /** `missing`: no run can be done. `warn`: it can, but something is not there, too small, or could not be looked at. */
  status: 'ok' | 'warn' | 'missing';
  /** What is there or isn't, in one line. Free of secrets. */
  found: string;
  /** How to get what is not there, as an instruction. */
  fix?: string;
  /** The same facts for a program to read. */
  details?: Readonly<Record<string, string | number | boolean | null>>;
}
