import { Command } from 'commander';
import type { Host } from '../host.ts';

export function costCommand(host: Host): Command {
  return new Command('cost')
    .description('say what a run used of AWS, and what a month at its load would use, by list prices')
    .argument('[run]', 'a run directory, or the id of a run (default: the latest)')
    .option('--json', 'print one JSON document on stdout')
    .action(async (run: string | undefined, options: { json?: boolean }) => {
      const { costOfRun, renderRunCost, exitCodeOf } = await import('../cost/run.ts');
      const cost = await costOfRun(host, run);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...cost }, null, 2)}\n` : renderRunCost(cost));
      host.setExitCode(exitCodeOf(cost));
    })
    .addCommand(estimateCommand(host))
    .enablePositionalOptions();
}

function estimateCommand(host: Host): Command {
  return new Command('estimate')
    .description('price a usage document: a month of Lambda, DynamoDB, Fargate, API Gateway and ElastiCache')
    .argument('<usage.json>', 'what is used, as docs/cost.md describes it')
    .option('--json', 'print one JSON document on stdout')
    .action(async (file: string, options: { json?: boolean }) => {
      const { estimateFile, renderEstimate, exitCodeOf } = await import('../cost/estimate.ts');
      const estimate = await estimateFile(host, file);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...estimate }, null, 2)}\n` : renderEstimate(estimate));
      host.setExitCode(exitCodeOf(estimate));
    });
}
