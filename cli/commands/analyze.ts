import { Command, Option } from 'commander';
import type { Host } from '../host.ts';

interface Flags {
  aws?: boolean;
  platform?: string;
  traces?: string;
  config?: string;
  json?: boolean;
}

export function analyzeCommand(host: Host): Command {
  return new Command('analyze')
    .description('judge a run again from what is on disk, and write its report anew')
    .argument('[run]', 'a run directory, or the id of a run (default: the latest)')
    .option('--aws', "ask AWS again what the platform did in the run's time, and keep the answer")
    .addOption(new Option('--platform <file>', 'a telemetry file that stands for what AWS would say, and is kept').conflicts('aws'))
    .addOption(
      new Option(
        '--traces <file>',
        'traces that stand for those of X-Ray, and are kept: OTLP JSON, Jaeger JSON or traces.json.gz',
      ).conflicts('aws'),
    )
    .option('--config <file>', 'k6 config file that says whom to ask (default: ./k6.config.json, else the one that ships)')
    .option('--json', 'print report.json on stdout')
    .action(async (run: string | undefined, flags: Flags) => {
      const [{ analyzeRun }, { refresh }, { findRun }, { show }] = await Promise.all([
        import('../analyze.ts'),
        import('../platform/refresh.ts'),
        import('../store.ts'),
        import('./show.ts'),
      ]);
      const directory = await findRun(host, run);
      await refresh(host, directory, { asked: flags.aws === true, files: flags, config: flags.config });
      show(host, { ...(await analyzeRun(host, directory)), directory }, flags.json === true);
    });
}
