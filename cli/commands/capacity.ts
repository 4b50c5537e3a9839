import { Command } from 'commander';
import type { Host } from '../host.ts';

export function capacityCommand(host: Host): Command {
  return new Command('capacity')
    .description('say how much load a system can carry, or why that can not be said')
    .addCommand(fitCommand(host));
}

function fitCommand(host: Host): Command {
  return new Command('fit')
    .description('fit the Universal Scalability Law to measured points: the peak with its interval, or the reason why there is none')
    .argument('<points.csv>', 'columns users, throughput and, where you have it, latencyMs; a row for each load, smallest first')
    .option('--json', 'print one JSON document on stdout')
    .action(async (file: string, options: { json?: boolean }) => {
      const { fitFile, renderFit, exitCodeOf } = await import('../capacity/fit.ts');
      const fit = await fitFile(host, file);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...fit }, null, 2)}\n` : renderFit(fit));
      host.setExitCode(exitCodeOf(fit));
    });
}
