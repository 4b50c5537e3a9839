import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.ts';
import { UserError } from '../errors.ts';
import type { RunOptions } from '../run.ts';
import { asksForStack, type StackFlags } from './stack.ts';

/** What every command takes that sends load. */
export interface LoadFlags extends StackFlags {
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
}

export const count =
  (name: string, max: number, min = 1) =>
  (text: string) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`${name} is a whole number from ${min} to ${max}.`);
    return value;
  };

const SEED_MAX = 2 ** 31 - 1;

export const rate = (text: string) => {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || !(value > 0) || value > 1e6)
    throw new InvalidArgumentError('A rate is arrivals per second, a number above 0.');
  return value;
};

export const duration = (text: string) => {
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

/**
 * A run does not wait for a minute at its end, and short ones are to have more than a few datapoints. Guess: five seconds are as many to a run of
 * minutes as a minute is to one of an hour, and hold enough requests for a percentile.
 */
export const RUN_TELEMETRY = { telemetryDelay: 1, telemetryPeriod: 5 };

export const withLoadOptions = (command: Command): Command =>
  command
    .addOption(new Option('--seed <n>', 'the same seed plays the same choices').argParser(count('--seed', SEED_MAX)).default(1))
    .option('--target <url>', 'where the game is; without it, the reference stack is started on this machine')
    .option('--ws-target <url>', 'where its WebSocket is')
    .option('--config <file>', 'k6 config file with the targets (default: ./k6.config.json, else the one that ships)')
    .addOption(new Option('-e, --env <NAME=VALUE>', 'a variable for the script').argParser(variable))
    .addOption(new Option('--tag <name=value>', 'a tag on every sample').argParser(pair))
    .option('--aws', 'ask AWS what the platform did, though ext.loadkit names neither a stack nor resources: all that CloudWatch lists');

/** @throws UserError 104 where the reference stack is to be set, and isn't the target */
export function checkStackFlags(flags: LoadFlags): void {
  if (flags.target !== undefined && asksForStack(flags))
    throw new UserError(
      'faults, trouble and telemetry can be set on the reference stack only',
      'leave out --target, and it is started on this machine',
    );
}

export const loadOptionsOf = (flags: LoadFlags): Omit<RunOptions, 'scenario' | 'engineArgs'> => ({
  seed: flags.seed,
  env: flags.env ?? [],
  tags: flags.tag ?? [],
  aws: flags.aws === true,
  ...(flags.duration === undefined ? {} : { durationS: flags.duration }),
  ...(flags.ramp === undefined ? {} : { rampS: flags.ramp }),
  ...(flags.target === undefined ? {} : { target: flags.target }),
  ...(flags.wsTarget === undefined ? {} : { wsTarget: flags.wsTarget }),
  ...(flags.config === undefined ? {} : { config: flags.config }),
  ...(flags.out === undefined ? {} : { out: flags.out }),
});
