import type { Host } from './host.ts';

/** How a short command ended. `problem` is null only when it ran and exited with 0. */
export interface Captured {
  stdout: string;
  stderr: string;
  /** One lowercase clause, such as `exited with 2`. */
  problem: string | null;
  /** Null when it could not be started, or a signal or the time limit ended it. */
  exitCode: number | null;
}

/** The longest answer, k6's account of a script, is a few kilobytes for each scenario in it; what goes beyond this is not kept. */
const OUTPUT_CHARS_MAX = 4 * 1024 * 1024;

/** Runs a command that should answer at once, within `timeoutMs`, and collects what it says. Never throws for what the command does. */
export function capture(
  host: Host,
  command: string,
  args: readonly string[],
  options: {
    timeoutMs: number;
    /** The whole environment; loadkit's own by default. */
    env?: NodeJS.ProcessEnv;
  },
): Promise<Captured> {
  return new Promise((resolve) => {
    const child = host.spawn(command, args, { cwd: host.cwd, env: options.env ?? { ...host.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const settle = (problem: string | null, exitCode: number | null = null) => {
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ stdout, stderr, problem, exitCode });
    };
    // Not spawn's own timeout: a grandchild that keeps the pipes open would hold `close` back for ever.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(`gave no answer within ${options.timeoutMs / 1000} s`);
    }, options.timeoutMs);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, OUTPUT_CHARS_MAX);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, OUTPUT_CHARS_MAX);
    });
    child.on('error', (error) => settle(`can't be started (${(error as NodeJS.ErrnoException).code ?? error.message})`));
    child.on('close', (code, signal) => settle(code === 0 ? null : signal ? `was ended by ${signal}` : `exited with ${code}`, code));
  });
}
