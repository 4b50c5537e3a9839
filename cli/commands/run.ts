import { Command, Option } from 'commander';
import { USERS_MAX } from '../../analyzers/capacity/bounds.ts';
import type { Host } from '../host.ts';
import { checkStackFlags, count, duration, type LoadFlags, loadOptionsOf, RUN_TELEMETRY, rate, withLoadOptions } from './load-options.ts';
import { embeddedStack, withStackOptions } from './stack.ts';

interface Flags extends LoadFlags {
  users?: number;
  rate?: number;
  platform?: string;
  json?: boolean;
}

export function runCommand(host: Host): Command {
  const command = new Command('run')
    .description('play a scenario against a stack, judge it, and write the report')
    .argument('<scenario>', 'a scenario that ships (see `loadkit list`), or the path of a k6 script or archive')
    .argument('[k6-args...]', 'after --: handed to k6 as they are')
    .addOption(
      new Option('--users <n>', 'players with think time, at most at once (closed load; scenarios that ship: 10)')
        .argParser(count('--users', USERS_MAX))
        .conflicts('rate'),
    )
    .addOption(new Option('--rate <r>', 'arrivals per second (open load), whether or not earlier ones were answered').argParser(rate))
    .addOption(new Option('--duration <time>', 'length of the run, ramps included (scenarios that ship: 5m)').argParser(duration))
    .addOption(
      new Option(
        '--ramp <time>',
        'time to full load, and back down at the end (scenarios that ship: a tenth of the run, at most 30s)',
      ).argParser(duration),
    );
  withLoadOptions(command)
    .option('--out <directory>', 'the run directory (default: .loadkit/runs/<id>)')
    .addOption(new Option('--platform <file>', "a telemetry file that stands for what AWS would say of the run's time").conflicts('aws'))
    .option('--json', 'print report.json on stdout');
  return withStackOptions(command, RUN_TELEMETRY).action(async (scenario: string, engineArgs: string[], flags: Flags) => {
    const [{ checkPassThrough }, { run }, { show }] = await Promise.all([
      import('../engines/k6/pass-through.ts'),
      import('../run.ts'),
      import('./show.ts'),
    ]);
    checkPassThrough(engineArgs);
    checkStackFlags(flags);
    const options = {
      ...loadOptionsOf(flags),
      ...{ scenario, engineArgs },
      ...(flags.users === undefined ? {} : { users: flags.users }),
      ...(flags.rate === undefined ? {} : { ratePerS: flags.rate }),
      ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    };
    show(host, await run(host, options, await embeddedStack(host, { ...RUN_TELEMETRY, ...flags })), flags.json === true);
  });
}
