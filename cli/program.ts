import { Command } from 'commander';
import { analyzeCommand } from './commands/analyze.ts';
import { capacityCommand } from './commands/capacity.ts';
import { costCommand } from './commands/cost.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { doctorCommand } from './commands/doctor.ts';
import { engineCommand } from './commands/engine.ts';
import { listCommand } from './commands/list.ts';
import { runCommand } from './commands/run.ts';
import { stackCommand } from './commands/stack.ts';
import type { Host } from './host.ts';
import { packageVersion } from './package.ts';
import { makeRedact } from './redact.ts';

/** The order in which `--help` shows them. A command's own modules load when it runs, so that `--help` is quick. */
const COMMANDS = [
  runCommand,
  analyzeCommand,
  diagnoseCommand,
  capacityCommand,
  costCommand,
  listCommand,
  stackCommand,
  engineCommand,
  doctorCommand,
] as const;

export function program(host: Host): Command {
  // It quotes arguments that do not fit, and what is mistyped may be a secret.
  const redact = makeRedact();
  const root = new Command('loadkit')
    .description('Find out what a system on AWS can carry, why it stops there, and what that costs.')
    .version(packageVersion())
    // What stands after a command is its own, also where the one above has an option of that name.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(redact(text)) })
    .addHelpText(
      'after',
      '\nExit codes: 0 pass, 80 inconclusive, 99 a target was missed, 104 bad input, 105 interrupted, 107 the script threw, 1 a defect in loadkit.',
    );
  for (const command of COMMANDS) root.addCommand(command(host));
  for (const command of [root, ...root.commands, ...root.commands.flatMap((sub) => sub.commands)])
    command.exitOverride().copyInheritedSettings(root);
  return root;
}
