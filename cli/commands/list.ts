import { Command } from 'commander';
import type { Host } from '../host.ts';

export function listCommand(host: Host): Command {
  return new Command('list')
    .description('the scenarios that ship, and the runs below .loadkit/runs')
    .option('--json', 'print them as JSON on stdout')
    .action(async (flags: { json?: boolean }) => {
      const [{ shippedScenarios }, { listRuns }] = await Promise.all([import('../scenarios.ts'), import('../store.ts')]);
      const scenarios = (await shippedScenarios(host)).map(({ name, path }) => ({ name, path }));
      const runs = await listRuns(host);
      if (flags.json) host.stdout.write(`${JSON.stringify({ schemaVersion: 1, scenarios, runs }, null, 2)}\n`);
      else host.stderr.write(`scenarios\n${lines(scenarios.map(({ name }) => name))}runs\n${lines(runs)}`);
    });
}

const lines = (items: readonly string[]): string => (items.length === 0 ? '  none\n' : items.map((item) => `  ${item}\n`).join(''));
