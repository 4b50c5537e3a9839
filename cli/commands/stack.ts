import path from 'node:path';
import { Command } from 'commander';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';

/** What `status --json` prints; keys are a contract. All but `running` and `notes` are null while no stack is up. */
interface StackStatus {
  schemaVersion: 1;
  running: boolean;
  http: string | null;
  ws: string | null;
  pid: number | null;
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

/** `loadkit stack up|down|status`: the reference game stack in the background. */
export function stackCommand(host: Host): Command {
  const stack = new Command('stack').description('start, stop or show the reference game stack on this machine');
  stack
    .command('up')
    .description('start the stack in the background, and return when it is healthy')
    .option('--json', 'print one JSON document on stdout')
    .action((flags: Flags) => locked(host, () => up(host, flags)));
  stack
    .command('down')
    .description('stop the stack')
    .option('--json', 'print one JSON document on stdout')
    .action((flags: Flags) => locked(host, () => down(host, flags)));
  stack
    .command('status')
    .description('tell whether the stack is up, and where')
    .option('--json', 'print one JSON document on stdout')
    .action(async (flags: Flags) => print(host, statusOf(await running(host)), flags));
  return stack;
}

/** A stack for the length of a run; it ends with this process, however that ends. @throws UserError when it doesn't come up */
export const startEmbeddedStack = (host: Host) => start(host, 'run-stack.log');

type Control = Awaited<ReturnType<typeof running>>;

const up = async (host: Host, flags: Flags): Promise<void> => {
  const already = await running(host);
  if (already !== null) {
    host.stderr.write('the stack is already up\n');
    return print(host, statusOf(already), flags);
  }
  host.stderr.write('starting the reference game stack …\n');
  const stack = await start(host, 'stack.log');
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

const start = async (host: Host, logName: string) => {
  const { startStack } = await import('../../infra-fixtures/local/stack.ts');
  const logFile = path.join(folder(host), logName);
  await host.fs.mkdir(folder(host), { recursive: true });
  try {
    return await startStack({ env: host.env, logFile });
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

const statusOf = (stack: Control): StackStatus =>
  stack === null
    ? { schemaVersion: 1, running: false, http: null, ws: null, pid: null, notes: [] }
    : { schemaVersion: 1, running: true, http: stack.http, ws: stack.ws, pid: stack.pid, notes: stack.notes };

const print = (host: Host, status: StackStatus, flags: Flags): void => {
  host.stdout.write(flags.json === true ? `${JSON.stringify(status, null, 2)}\n` : text(status));
};

const text = ({ running, http, ws, pid, notes }: StackStatus): string =>
  running ? `http  ${http}\nws    ${ws}\npid   ${pid}\n${notes.map((note) => `${note}\n`).join('')}` : 'down\n';
