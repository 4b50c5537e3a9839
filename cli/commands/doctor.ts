import { Command } from 'commander';
import type { Diagnosis } from '../doctor/index.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';

/** `loadkit doctor`: what a run needs, what of it is on this machine, and how to get the rest. Installs nothing. */
export function doctorCommand(host: Host): Command {
  return new Command('doctor')
    .description('tell what a run needs, what of it is on this machine, and how to get the rest')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: { json?: boolean }) => {
      const { diagnose } = await import('../doctor/index.ts');
      const diagnosis = await diagnose(host);
      host.stdout.write(options.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : render(diagnosis, host.stdout.color));
      host.setExitCode(diagnosis.ready ? EXIT.pass : EXIT.badInput);
    });
}

const MARK = { ok: '✔', warn: '!', missing: '✘' } as const;
/** SGR codes: green, yellow, red. */
const COLOR = { ok: 32, warn: 33, missing: 31 } as const;

function render({ ready, checks }: Diagnosis, color: boolean): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.flatMap(({ id, status, found, fix }) => {
    const mark = color ? `\u001b[${COLOR[status]}m${MARK[status]}\u001b[0m` : MARK[status];
    return [`${mark} ${id.padEnd(width)}  ${found}`, ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  → ${fix}`])];
  });
  const verdict = ready ? 'a run can be done' : 'no run can be done until what is marked ✘ is there';
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
