import { Command } from 'commander';
import type { Host } from '../host.ts';

export function diagnoseCommand(host: Host): Command {
  return new Command('diagnose')
    .description('tell from telemetry files why a metric is worse than it usually is, or that nothing is wrong')
    .requiredOption('--normal <file>', 'telemetry file of normal operation')
    .requiredOption('--incident <file>', 'telemetry file of the incident')
    .requiredOption('--symptom <node/metric/stat>', 'the series that something is wrong with, such as api/Latency/Average')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: { normal: string; incident: string; symptom: string; json?: boolean }) => {
      const { diagnoseFiles, renderDiagnosis, exitCodeOf } = await import('../diagnose.ts');
      const diagnosis = await diagnoseFiles(host, options);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...diagnosis }, null, 2)}\n` : renderDiagnosis(diagnosis));
      host.setExitCode(exitCodeOf(diagnosis));
    });
}
