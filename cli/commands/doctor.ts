import { Command } from 'commander';
import type { Answer } from '../doctor/check.ts';
import type { Diagnosis } from '../doctor/index.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import type { AwsDiagnosis } from '../platform/permissions.ts';

interface Flags {
  aws?: boolean;
  config?: string;
  json?: boolean;
}

/** `loadkit doctor`: what a run needs, what of it is on this machine, and how to get the rest. Installs nothing. */
export function doctorCommand(host: Host): Command {
  return new Command('doctor')
    .description('tell what a run needs, what of it is on this machine, and how to get the rest')
    .option('--aws', 'try each call to AWS that a run makes, and print the least IAM policy for them')
    .option('--config <file>', 'k6 config file that says where AWS is (default: ./k6.config.json, else the one that ships)')
    .option('--json', 'print one JSON document on stdout')
    .action(async (flags: Flags) => {
      const { diagnose } = await import('../doctor/index.ts');
      const aws = flags.aws === true ? await askAws(host, flags.config) : null;
      const diagnosis = await diagnose(host);
      const { color } = host.stdout;
      const text = (): string => render(diagnosis, color) + (aws === null ? '' : renderAws(aws, color));
      host.stdout.write(flags.json ? `${JSON.stringify({ ...diagnosis, ...(aws && { aws }) }, null, 2)}\n` : text());
      host.setExitCode(diagnosis.ready && aws?.ready !== false ? EXIT.pass : EXIT.badInput);
    });
}

async function askAws(host: Host, config: string | undefined): Promise<AwsDiagnosis> {
  const [{ loadConfig }, { diagnoseAws }] = await Promise.all([import('../config.ts'), import('../platform/permissions.ts')]);
  return diagnoseAws(host, await loadConfig(host, config));
}

const MARK = { ok: '✔', warn: '!', missing: '✘' } as const;
/** SGR codes: green, yellow, red. */
const COLOR = { ok: 32, warn: 33, missing: 31 } as const;

type Line = Pick<Answer, 'status' | 'found' | 'fix'> & { id: string };

function renderLines(lines: readonly Line[], color: boolean): string {
  const width = Math.max(...lines.map(({ id }) => id.length));
  const shown = lines.flatMap(({ id, status, found, fix }) => {
    const mark = color ? `\u001b[${COLOR[status]}m${MARK[status]}\u001b[0m` : MARK[status];
    return [`${mark} ${id.padEnd(width)}  ${found}`, ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  → ${fix}`])];
  });
  return `${shown.join('\n')}\n`;
}

function render({ ready, checks }: Diagnosis, color: boolean): string {
  const verdict = ready ? 'a run can be done' : 'no run can be done until what is marked ✘ is there';
  return `${renderLines(checks, color)}\n${verdict}\n`;
}

function renderAws({ ready, region, clock, checks, policy }: AwsDiagnosis, color: boolean): string {
  const lines: Line[] = [
    region === null
      ? { id: 'region', status: 'missing', found: 'none is set', fix: 'set ext.loadkit.aws.region in k6.config.json, or AWS_REGION' }
      : { id: 'region', status: 'ok', found: region },
    { id: 'clock', ...clock },
    ...checks.map(({ action, gives, status, found, fix }) => ({ id: action, status, found: `${found}: ${gives}`, ...(fix && { fix }) })),
  ];
  const verdict = ready
    ? 'a run can be told what the platform did'
    : 'nothing can be told of the platform until what is marked ✘ is allowed';
  return `\nAWS\n${renderLines(lines, color)}\n${verdict}\n\nThe least policy, which allows to read and nothing else:\n${JSON.stringify(policy, null, 2)}\n`;
}
