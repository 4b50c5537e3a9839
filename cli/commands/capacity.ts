import * as path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { STEPS_MAX, USERS_MAX } from '../../analyzers/capacity/bounds.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import { checkStackFlags, count, duration, type LoadFlags, loadOptionsOf, RUN_TELEMETRY, withLoadOptions } from './load-options.ts';
import { collect, embeddedStack, withStackOptions } from './stack.ts';

interface Flags extends LoadFlags {
  users?: [from: number, to: number];
  steps: number;
  refine: number;
  duration: number;
  today?: number;
  json?: boolean;
}

const range = (text: string): [number, number] => {
  const [, from = '', to = ''] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  if (!(Number(from) >= 1 && Number(to) > Number(from) && Number(to) <= USERS_MAX))
    throw new InvalidArgumentError(`Write FROM..TO, such as 50..1000: two whole numbers from 1 to ${USERS_MAX}, the smaller first.`);
  return [Number(from), Number(to)];
};

/** Long enough for a steady window beside ramps and warm-up. Guess: tune. */
const STEP_S = 90;

export function capacityCommand(host: Host): Command {
  const command = new Command('capacity')
    .description('say how much load a system can carry, what stops it next, or why that can not be said')
    .argument('<scenario>', 'a scenario that ships (see `loadkit list`), or the path of a k6 script')
    .addOption(new Option('--users <from..to>', 'the smallest and the largest load of the test').argParser(range))
    .addOption(new Option('--steps <n>', 'loads from the smallest to the largest').argParser(count('--steps', STEPS_MAX)).default(8))
    .addOption(
      new Option('--refine <n>', 'further loads, each halfway between the largest that holds and the smallest that does not')
        .argParser(count('--refine', 10, 0))
        .default(3),
    )
    .addOption(new Option('--duration <time>', 'length of each step, ramps included').argParser(duration).default(STEP_S, '90s'))
    .addOption(new Option('--ramp <time>', 'time to the load of a step, and back down').argParser(duration))
    .addOption(new Option('--today <n>', "today's users, from which headroom is counted").argParser(count('--today', USERS_MAX)));
  withLoadOptions(command)
    .option('--out <directory>', "the test's directory, with a run directory for each step (default: .loadkit/capacity/<id>)")
    .option('--json', 'print capacity.json on stdout');
  return withStackOptions(command, RUN_TELEMETRY)
    .action(async (scenario: string, flags: Flags) => {
      const { measureCapacity, renderCapacity, exitCodeOf } = await import('../capacity/measure.ts');
      checkStackFlags(flags);
      // Not mandatory to commander, which would ask the subcommands for it, too.
      if (flags.users === undefined) throw new UserError('--users is not given', 'say from which load to which, such as --users 50..1000');
      const { users, steps, refine, today = null } = flags;
      const search = { fromUsers: users[0], toUsers: users[1], steps, refinements: refine };
      const options = { ...loadOptionsOf(flags), scenario, engineArgs: [], search, todayUsers: today };
      const measured = await measureCapacity(host, options, await embeddedStack(host, { ...RUN_TELEMETRY, ...flags }));
      host.stderr.write(renderCapacity(measured.capacity));
      host.stderr.write(`report: ${path.join(measured.directory, 'report.html')}\n`);
      if (flags.json) host.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...measured.capacity }, null, 2)}\n`);
      host.setExitCode(exitCodeOf(measured));
    })
    .addCommand(fitCommand(host))
    .addCommand(whatIfCommand(host))
    .addCommand(forecastCommand(host))
    .enablePositionalOptions();
}

const TEST = "a capacity test's directory, or its id (default: the latest)";

function whatIfCommand(host: Host): Command {
  return new Command('whatif')
    .description('say what would be used up first, and when, with other limits than those of the test')
    .argument('[test]', TEST)
    .addOption(
      new Option('--set <node.setting=number>', 'a limit, such as fargate:engine.tasks=4; may be given several times')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--json', 'print one JSON document on stdout')
    .action(async (test: string | undefined, options: { set: string[]; json?: boolean }) => {
      const { whatIfOf, renderWhatIf, exitCodeOf } = await import('../capacity/what-if.ts');
      const found = await whatIfOf(host, test, options.set);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...found }, null, 2)}\n` : renderWhatIf(found));
      host.setExitCode(exitCodeOf(found));
    });
}

function forecastCommand(host: Host): Command {
  return new Command('forecast')
    .description('say when growth brings as many users as each limit of a test allows')
    .argument('[test]', TEST)
    .addOption(new Option('--today <n>', "today's users").argParser(count('--today', USERS_MAX)))
    .addOption(new Option('--growth <rate>', 'such as 8%/month; compounded').conflicts('history'))
    .option('--history <file.csv>', 'columns date and users: growth is taken from it, with its interval')
    .option('--json', 'print one JSON document on stdout')
    .action(async (test: string | undefined, options: { today?: number; growth?: string; history?: string; json?: boolean }) => {
      const { forecastOf, renderForecast, exitCodeOf } = await import('../capacity/forecast.ts');
      const found = await forecastOf(host, test, options);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...found }, null, 2)}\n` : renderForecast(found));
      host.setExitCode(exitCodeOf(found));
    });
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
