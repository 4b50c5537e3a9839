import { Command } from 'commander';
import type { Host } from '../host.ts';

export function analyzeCommand(host: Host): Command {
  return new Command('analyze')
    .description('judge a run again from what is on disk, and write its report anew')
    .argument('[run]', 'a run directory, or the id of a run (default: the latest)')
    .option('--json', 'print report.json on stdout')
    .action(async (run: string | undefined, flags: { json?: boolean }) => {
      const [{ analyzeRun }, { findRun }, { show }] = await Promise.all([
        import('../analyze.ts'),
        import('../store.ts'),
        import('./show.ts'),
      ]);
      const directory = await findRun(host, run);
      show(host, { ...(await analyzeRun(host, directory)), directory }, flags.json === true);
    });
}
