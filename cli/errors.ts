import type { ExitCode } from './exit-code.ts';

/** Something the user can mend: one lowercase sentence, a hint, and the exit code that documents it. Anything else that is thrown is a defect. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;
  readonly hint: string;

  constructor(message: string, hint: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 104;
    this.hint = hint;
  }
}
