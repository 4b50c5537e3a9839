import * as os from 'node:os';
import * as path from 'node:path';
import type { Outcome } from '../../../analyzers/contract.ts';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { siblingModule } from '../../package.ts';

/** k6 at work, in a process group of its own. */
export interface EngineRun {
  pid: number;
  /** Resolves when k6 has ended and everything it logged has been handed on. */
  ended: Promise<Pick<Outcome, 'exitCode' | 'signal'>>;
  /** Asks k6 to stop, once: it finishes its teardown and exits with 105. */
  interrupt(): void;
  /** Kills k6's process group. */
  kill(): void;
}

type GuardMessage =
  | { type: 'started'; pid: number }
  | { type: 'failed'; reason: string }
  | { type: 'exited'; exitCode: number | null; signal: string | null };

/**
 * Starts `k6 run` under its guard.
 *
 * @param temporary a folder that is removed when k6 ends, also when loadkit doesn't live to see it
 * @param onLog pieces of k6's log (stderr), cut anywhere
 */
export async function startEngine(
  host: Host,
  {
    k6,
    args,
    env,
    temporary,
    onLog,
  }: { k6: string; args: readonly string[]; env: NodeJS.ProcessEnv; temporary: string; onLog: (text: string) => void },
): Promise<EngineRun> {
  const guard = host.fork(siblingModule(import.meta.url, './guard'), [temporary, k6, ...args], {
    detached: true,
    cwd: host.cwd,
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  guard.stderr?.setEncoding('utf8').on('data', onLog);

  let outcome: Pick<Outcome, 'exitCode' | 'signal'> | null = null;
  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<Pick<Outcome, 'exitCode' | 'signal'>>();
  const killGroup = () => {
    try {
      process.kill(-(guard.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      guard.kill('SIGKILL'); // Windows has no process groups; and a group that is gone needs no killing.
    }
  };
  guard.on('message', (message: GuardMessage) => {
    if (message.type === 'started') started.resolve(message.pid);
    else if (message.type === 'exited') outcome = { exitCode: message.exitCode, signal: message.signal };
    else started.reject(new UserError(`cannot start k6: ${message.reason}`, 'run `loadkit doctor` to see what is missing'));
  });
  guard.on('error', (cause) =>
    started.reject(new UserError('cannot start the process that guards k6', 'are there too many processes?', { cause })),
  );
  // A guard that was killed leaves k6 to itself, which has to go, too. Not on `close`: that waits for k6, who holds the same pipe.
  guard.on('exit', (code) => {
    if (code !== 0) killGroup();
  });
  guard.on('close', (_code, signal) => {
    started.reject(new UserError('k6 ended before it began', 'run `loadkit doctor` to see what is missing'));
    ended.resolve(outcome ?? { exitCode: null, signal: signal ?? 'SIGKILL' });
  });

  const pid = await started.promise;
  return {
    pid,
    ended: ended.promise,
    interrupt: () => {
      try {
        process.kill(pid, 'SIGINT');
      } catch {} // It has just ended by itself.
    },
    kill: killGroup,
  };
}

/** A folder for k6's own summary, which may hold secrets in its names: outside of the run directory, for this user only, gone after the run. */
export const temporaryFolder = (host: Host): Promise<string> =>
  host.fs.mkdtemp(path.join(os.tmpdir(), 'loadkit-')).catch((cause: Error) => {
    throw new UserError(`cannot make a temporary folder: ${cause.message}`, 'set TMPDIR to a directory that you may write to', { cause });
  });

/**
 * Everything that configures k6 or our scenarios by the environment is left out: it would override the script's and the config file's options,
 * or the target that was checked, unseen.
 */
const OURS = /^(?:K6|LOADKIT)_/;
/** A proxy on this machine would carry requests past the ranges that k6 may dial. Go ignores case: https://pkg.go.dev/net/http#ProxyFromEnvironment */
const PROXY = /^(?:https?|all|no)_proxy$/i;

/** The environment of k6: no usage report, no extensions fetched by themselves, no proxy when the run is held to loopback. */
export function engineEnvironment(env: Host['env'], heldToLoopback: boolean): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OURS.test(name) && !(heldToLoopback && PROXY.test(name)));
  return { ...Object.fromEntries(kept), K6_NO_USAGE_REPORT: 'true', K6_AUTO_EXTENSION_RESOLUTION: 'false' };
}
