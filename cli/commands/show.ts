import * as path from 'node:path';
import type { Report } from '../../analyzers/contract.ts';
import { renderJson, renderTerminal } from '../../reports/index.ts';
import type { Host } from '../host.ts';
import { FILES } from '../store.ts';

/** The end of every command that judges: `--json` on stdout, everything else on stderr, and the exit code. */
export function show(
  host: Host,
  { report, directory, unwritten }: { report: Report; directory: string; unwritten: readonly string[] },
  json: boolean,
): void {
  host.stderr.write(renderTerminal(report, { color: host.stderr.color, columns: host.stderr.columns }));
  for (const line of unwritten) host.stderr.write(`could not write ${line}\n`);
  const hasReport = !unwritten.some((line) => line.startsWith(FILES.reportHtml));
  if (hasReport) host.stderr.write(`report: ${path.join(directory, FILES.reportHtml)}\n`);
  if (json) host.stdout.write(renderJson(report));
  host.setExitCode(report.exitCode);
}
