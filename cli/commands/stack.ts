import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { StackEdge, StackResource } from '../../infra-fixtures/local/resources.ts';
import { parseDuration } from '../duration.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';

/** What `status --json` prints; keys are a contract. All but `running` and `notes` are null while no stack is up. */
interface StackStatus {
  schemaVersion: 1;
  running: boolean;
  http: string | null;
  ws: string | null;
  /** CloudWatch, X-Ray and CloudWatch Logs: the value for AWS_ENDPOINT_URL. */
  aws: string | null;
  pid: number | null;
  /** What the stack consists of, in the form of `ext.loadkit.resources`, and who calls whom. */
  resources: StackResource[] | null;
  edges: StackEdge[] | null;
  notes: string[];
}

/** `.loadkit/stack.json`: where the stack that is up can be asked. Whether it is still there, and still that one, is for it to say. */
interface StateFile {
  schemaVersion: 1;
  control: { url: string; token: string };
}

interface Flags {
  json?: boolean;
}

/** What may be wrong with an embedded stack, and how its telemetry comes. */
export interface StackFlags {
  fault?: string[];
  awsTrouble?: string[];
  telemetryDelay?: number;
  telemetryPeriod?: number;
  timeScale?: number;
}

const JSON_OPTION = ['--json', 'print one JSON document on stdout'] as const;

/** `loadkit stack up|down|status|invoke|deploy`: the reference game stack in the background. */
export function stackCommand(host: Host): Command {
  const stack = new Command('stack').description('start, stop or show the reference game stack on this machine');
  withStackOptions(stack.command('up').description('start the stack in the background, and return when it is healthy'))
    .option(...JSON_OPTION)
    .action((flags: Flags & StackFlags) => locked(host, () => up(host, flags)));
  stack
    .command('down')
    .description('stop the stack')
    .option(...JSON_OPTION)
    .action((flags: Flags) => locked(host, () => down(host, flags)));
  stack
    .command('status')
    .description('tell whether the stack is up, and where')
    .option(...JSON_OPTION)
    .action(async (flags: Flags) => print(host, statusOf(await running(host)), flags));
  stack
    .command('invoke')
    .description('invoke a function of the stack by hand, as its schedule would, and print what it returned')
    .argument('<function>', 'such as health-check, readiness, cache-warming or optimisation')
    .action(async (name: string) => {
      const { value } = await work(host, `functions/${encodeURIComponent(name)}`);
      host.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    });
  stack
    .command('deploy')
    .description('replace the tasks of the engine service, a few at a time, and return when all are new')
    .action(async () => void (await work(host, 'deployments')));
  return stack;
}

/** Of an option that may be given several times. */
export const collect = (text: string, before: string[] = []) => [...before, text];

const seconds = (text: string): number => {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('Write a number with its unit, such as 5s or 1m.');
  return value;
};

/** The periods that CloudWatch knows below a minute, and the minute. */
const period = (text: string): number => {
  const value = seconds(text);
  if (![1, 5, 10, 30, 60].includes(value)) throw new InvalidArgumentError('A period is 1s, 5s, 10s, 30s or 1m.');
  return value;
};

const TIME_SCALE_MAX = 3600;
const scale = (text: string): number => {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value < 1 || value > TIME_SCALE_MAX)
    throw new InvalidArgumentError(`It is a number from 1 to ${TIME_SCALE_MAX}.`);
  return value;
};

/** The options of a command that starts a stack. */
export const withStackOptions = (command: Command, { telemetryDelay, telemetryPeriod }: StackFlags = {}): Command =>
  command
    .addOption(
      new Option('--fault <NAME[=value]>', 'something that is wrong with the stack; may be given several times').argParser(collect),
    )
    .addOption(
      new Option('--aws-trouble <name>', 'how its CloudWatch, X-Ray and Logs misbehave; may be given several times').argParser(collect),
    )
    .addOption(
      new Option(
        '--telemetry-delay <time>',
        `how late its metrics and traces can be read (default: ${orMinute(telemetryDelay)})`,
      ).argParser(seconds),
    )
    .addOption(new Option('--telemetry-period <time>', `period of its metrics (default: ${orMinute(telemetryPeriod)})`).argParser(period))
    .addOption(new Option('--time-scale <n>', 'its scheduled operations run n times as often as on AWS (default: 1)').argParser(scale));

const orMinute = (seconds: number | undefined): string => (seconds === undefined ? '1m, as on AWS' : `${seconds}s`);

/** True when anything is asked of a stack of our own. */
export const asksForStack = (flags: StackFlags): boolean =>
  [flags.fault, flags.awsTrouble, flags.telemetryDelay, flags.telemetryPeriod, flags.timeScale].some((value) => value !== undefined);

/**
 * How to start a stack for the length of a run; it ends with this process, however that ends.
 *
 * @throws UserError for a fault or trouble that there isn't, before anything is started
 */
export const embeddedStack = async (host: Host, flags: StackFlags) => {
  const settings = await settingsOf(flags);
  const { periodS, delayS } = settings.telemetry;
  return async () => ({ ...(await start(host, 'run-stack.log', settings)), telemetry: { periodS, delayS } });
};

const settingsOf = async ({ fault = [], awsTrouble = [], telemetryDelay, telemetryPeriod, timeScale }: StackFlags) => {
  const { NoSuchFault, settingsFor } = await import('../../infra-fixtures/local/settings-for.ts');
  try {
    return settingsFor({ faults: fault, trouble: awsTrouble, delayS: telemetryDelay, periodS: telemetryPeriod, timeScale });
  } catch (error) {
    if (error instanceof NoSuchFault) throw new UserError(error.message, error.hint, { cause: error });
    throw error;
  }
};

type Control = Awaited<ReturnType<typeof running>>;

const up = async (host: Host, flags: Flags & StackFlags): Promise<void> => {
  const settings = await settingsOf(flags);
  const already = await running(host);
  if (already !== null) {
    if (asksForStack(flags)) throw new UserError('the stack is already up, as it was started', 'end it with `loadkit stack down` first');
    host.stderr.write('the stack is already up\n');
    return print(host, statusOf(already), flags);
  }
  host.stderr.write('starting the reference game stack …\n');
  const stack = await start(host, 'stack.log', settings);
  try {
    await writeState(host, { schemaVersion: 1, control: stack.control });
    await stack.detach();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  print(host, statusOf(stack), flags);
};

const down = async (host: Host, flags: Flags): Promise<void> => {
  const { stopByControl } = await import('../../infra-fixtures/local/control.ts');
  const state = await readState(host);
  const before = await running(host);
  if (state === null || before === null) host.stderr.write('no stack is up\n');
  else if (!(await stopByControl(state.control))) {
    throw new UserError('the stack did not stop in time', `end the process ${before.pid}; everything else of the stack ends with it`);
  }
  await host.fs.rm(stateFile(host), { force: true });
  print(host, statusOf(null), flags);
};

/** What the stack that the state file names says of itself; null when there is none. */
const running = async (host: Host) => {
  const state = await readState(host);
  if (state === null) return null;
  const { askControl } = await import('../../infra-fixtures/local/control.ts');
  return askControl(state.control);
};

/** Has the stack that is up do something. @throws UserError when there is none, or it can't be done */
const work = async (host: Host, what: string): Promise<Record<string, unknown>> => {
  const { workByControl } = await import('../../infra-fixtures/local/control.ts');
  const state = await readState(host);
  if (state === null || (await running(host)) === null) throw new UserError('no stack is up', 'start one with `loadkit stack up`');
  try {
    return await workByControl(state.control, what);
  } catch (cause) {
    throw new UserError(
      `the stack did not do it: ${cause instanceof Error ? cause.message : String(cause)}`,
      `its log is ${path.join(folder(host), 'stack.log')}`,
      { cause },
    );
  }
};

const start = async (host: Host, logName: string, settings: Awaited<ReturnType<typeof settingsOf>>) => {
  const { startStack } = await import('../../infra-fixtures/local/stack.ts');
  const logFile = path.join(folder(host), logName);
  await host.fs.mkdir(folder(host), { recursive: true });
  try {
    return await startStack({ env: host.env, logFile, settings });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the reference game stack did not start: ${why}`, `its log is ${logFile}`, { cause });
  }
};

const folder = (host: Host): string => path.join(host.cwd, '.loadkit');
const stateFile = (host: Host): string => path.join(folder(host), 'stack.json');

/** Null when there is no state, or none that can be read: then there is no stack that could be asked. */
const readState = async (host: Host): Promise<StateFile | null> => {
  try {
    const state = JSON.parse(await host.fs.readFile(stateFile(host), 'utf8')) as Partial<StateFile>;
    const { url, token } = state.control ?? {};
    return typeof url === 'string' && typeof token === 'string' ? { schemaVersion: 1, control: { url, token } } : null;
  } catch {
    return null;
  }
};

/** For its owner only: who knows the token can stop the stack. */
const writeState = async (host: Host, state: StateFile): Promise<void> => {
  const temporary = `${stateFile(host)}.tmp`;
  await host.fs.writeFile(temporary, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  await host.fs.rename(temporary, stateFile(host));
};

/** One at a time: two that start at once would leave a stack that no state file knows. */
const locked = async (host: Host, work: () => Promise<void>): Promise<void> => {
  const { lock } = await import('proper-lockfile');
  await host.fs.mkdir(folder(host), { recursive: true });
  const release = await lock(folder(host), { lockfilePath: path.join(folder(host), 'stack.lock') }).catch((cause: unknown) => {
    throw new UserError('another loadkit is starting or stopping the stack', 'wait until it is done', { cause });
  });
  try {
    await work();
  } finally {
    await release();
  }
};

const statusOf = (stack: Control): StackStatus => {
  if (stack === null)
    return { schemaVersion: 1, running: false, http: null, ws: null, aws: null, pid: null, resources: null, edges: null, notes: [] };
  const { http, ws, aws, pid, resources, edges, notes } = stack;
  return { schemaVersion: 1, running: true, http, ws, aws, pid, resources, edges, notes };
};

const print = (host: Host, status: StackStatus, flags: Flags): void => {
  host.stdout.write(flags.json === true ? `${JSON.stringify(status, null, 2)}\n` : text(status));
};

const text = ({ running, http, ws, aws, pid, notes }: StackStatus): string =>
  running ? `http  ${http}\nws    ${ws}\naws   ${aws ?? 'off'}\npid   ${pid}\n${notes.map((note) => `${note}\n`).join('')}` : 'down\n';
