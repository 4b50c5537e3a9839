#!/usr/bin/env node
import { CommanderError } from 'commander';
import { UserError } from './errors.ts';
import { EXIT } from './exit-code.ts';
import { realHost } from './host.ts';
import { program } from './program.ts';
import { makeRedact } from './redact.ts';

const host = realHost();
// A reader that has left (`| head`) must not end a run, nor turn its exit code into that of a defect.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const json = process.argv.includes('--json');

/** One lowercase sentence and a hint for what the user can mend; a stack for what only we can. With `--json`, a document all the same. */
function explain(error: unknown): number {
  // Commander has said it already, on stderr (help and version are no errors).
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.pass;
  const { message, hint, exitCode } = describe(error);
  if (!(error instanceof CommanderError)) host.stderr.write(`loadkit: ${message}\n  hint: ${hint}\n`);
  if (json) host.stdout.write(`${JSON.stringify({ schemaVersion: 1, error: { message, hint, exitCode } }, null, 2)}\n`);
  return exitCode;
}

function describe(error: unknown): { message: string; hint: string; exitCode: number } {
  const redact = makeRedact();
  if (error instanceof UserError) return { message: redact(error.message), hint: redact(error.hint), exitCode: error.exitCode };
  if (error instanceof CommanderError)
    return { message: redact(error.message), hint: 'add --help for the options', exitCode: EXIT.badInput };
  const message = redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { message, hint: 'this is a defect in loadkit: please report it with the lines above', exitCode: EXIT.defect };
}

try {
  await program(host).parseAsync(process.argv);
} catch (error) {
  host.setExitCode(explain(error));
}
