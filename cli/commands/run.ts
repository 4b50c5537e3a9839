import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { RunOptions } from '../run.ts';
import { asksForStack, embeddedStack, type StackFlags, withStackOptions } from './stack.ts';

const count = (name: string, max: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) throw new InvalidArgumentError(`${name} is a whole number from 1 to ${max}.`);
  return value;
};

const USERS_MAX = 100_000;
const SEED_MAX = 2 ** 31 - 1;

const rate = (text: string) => {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || !(value > 0) || value > 1e6)
    throw new InvalidArgumentError('A rate is arrivals per second, a number above 0.');
  return value;
};

const duration = (text: string) => {
  const seconds = parseDuration(text);
  if (seconds === null) throw new InvalidArgumentError('Write a number with its unit, such as 90s, 5m or 1h30m.');
  return seconds;
};

const pair = (text: string, before: string[] = []) => {
  if (!/^[A-Za-z_]\w*=/.test(text)) throw new InvalidArgumentError('Write NAME=VALUE.');
  return [...before, text];
};

/** The target that a script is told is the one that was checked. */
const variable = (text: string, before: string[] = []) => {
  if (text.startsWith('LOADKIT_')) throw new InvalidArgumentError('LOADKIT_ variables are set by --target, --users and their like.');
  return pair(text, before);
};

interface Flags extends StackFlags {
  users?: number;
  rate?: number;
  duration?: number;
  ramp?: number;
  seed: number;
  target?: string;
  wsTarget?: string;
  config?: string;
  out?: string;
  env?: string[];
  tag?: string[];
  aws?: boolean;
  platform?: string;
  json?: boolean;
}

/**
 * A run does not wait for a minute at its end, and short ones are to have more than a few datapoints. Guess: five seconds are as many to a run of
 * minutes as a minute is to one of an hour, and hold enough requests for a percentile.
 */
const RUN_TELEMETRY = { telemetryDelay: 1, telemetryPeriod: 5 };

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
    )
    .addOption(new Option('--seed <n>', 'the same seed plays the same choices').argParser(count('--seed', SEED_MAX)).default(1))
    .option('--target <url>', 'where the game is; without it, the reference stack is started on this machine')
    .option('--ws-target <url>', 'where its WebSocket is')
    .option('--config <file>', 'k6 config file with the targets (default: ./k6.config.json, else the one that ships)')
    .option('--out <directory>', 'the run directory (default: .loadkit/runs/<id>)')
    .addOption(new Option('-e, --env <NAME=VALUE>', 'a variable for the script').argParser(variable))
    .addOption(new Option('--tag <name=value>', 'a tag on every sample').argParser(pair))
    .option('--aws', 'ask AWS what the platform did, though ext.loadkit names neither a stack nor resources: all that CloudWatch lists')
    .addOption(new Option('--platform <file>', "a telemetry file that stands for what AWS would say of the run's time").conflicts('aws'))
    .option('--json', 'print report.json on stdout');
  return withStackOptions(command, RUN_TELEMETRY).action(async (scenario: string, engineArgs: string[], flags: Flags) => {
    const [{ checkPassThrough }, { run }, { show }] = await Promise.all([
      import('../engines/k6/pass-through.ts'),
      import('../run.ts'),
      import('./show.ts'),
    ]);
    checkPassThrough(engineArgs);
    if (flags.target !== undefined && asksForStack(flags))
      throw new UserError(
        'faults, trouble and telemetry can be set on the reference stack only',
        'leave out --target, and it is started on this machine',
      );
    const result = await run(host, optionsOf(scenario, engineArgs, flags), await embeddedStack(host, { ...RUN_TELEMETRY, ...flags }));
    show(host, result, flags.json === true);
  });
}

const optionsOf = (scenario: string, engineArgs: string[], flags: Flags): RunOptions => ({
  scenario,
  engineArgs,
  seed: flags.seed,
  env: flags.env ?? [],
  tags: flags.tag ?? [],
  aws: flags.aws === true,
  ...(flags.platform === undefined ? {} : { platform: flags.platform }),
  ...(flags.users === undefined ? {} : { users: flags.users }),
  ...(flags.rate === undefined ? {} : { ratePerS: flags.rate }),
  ...(flags.duration === undefined ? {} : { durationS: flags.duration }),
  ...(flags.ramp === undefined ? {} : { rampS: flags.ramp }),
  ...(flags.target === undefined ? {} : { target: flags.target }),
  ...(flags.wsTarget === undefined ? {} : { wsTarget: flags.wsTarget }),
  ...(flags.config === undefined ? {} : { config: flags.config }),
  ...(flags.out === undefined ? {} : { out: flags.out }),
});
