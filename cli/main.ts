#!/usr/bin/env node
import { CommanderError } from 'commander';
import { UserError } from './errors.ts';
import { EXIT } from './exit-code.ts';
import { realHost } from './host.ts';
import { program } from './program.ts';
import { makeRedact } from './redact.ts';

const host = realHost();
const json = process.argv.includes('--json');

/** One lowercase sentence and a hint for what the user can mend; a stack for what only we can. With `--json`, a document all the same. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.badInput;
  const redact = makeRedact();
  const known = error instanceof UserError;
  const message = redact(known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  const hint = known ? redact(error.hint) : 'this is a defect in loadkit: please report it with the lines above';
  const exitCode = known ? error.exitCode : EXIT.defect;
  host.stderr.write(`loadkit: ${message}\n  hint: ${hint}\n`);
  if (json) host.stdout.write(`${JSON.stringify({ schemaVersion: 1, error: { message, hint, exitCode } }, null, 2)}\n`);
  return exitCode;
}

try {
  await program(host).parseAsync(process.argv);
} catch (error) {
  host.setExitCode(explain(error));
}
