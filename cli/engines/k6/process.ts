import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';

/** Output beyond this is cut off: `inspect` prints a few kilobytes, and a script that logs without end must not fill the memory. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** Runs a short command to its end and hands back what it printed. */
export function runToEnd(
  host: Host,
  command: string,
  args: readonly string[],
  { env, timeoutS, cwd }: { env: NodeJS.ProcessEnv; timeoutS: number; cwd?: string },
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = host.spawn(command, args, {
      env,
      cwd: cwd ?? host.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutS * 1000,
      killSignal: 'SIGKILL',
    });
    const collected = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        if (collected[name].length < OUTPUT_BYTES_MAX) collected[name] += text;
      });
    }
    child.on('error', (cause) => reject(new UserError(`cannot start ${command}`, 'check that it may be executed', { cause })));
    child.on('close', (exitCode, signal) => {
      if (signal === 'SIGKILL')
        reject(
          new UserError(
            `${command} ${args[0] ?? ''} did not end within ${timeoutS} s`,
            'does the script wait for something while it loads?',
          ),
        );
      else resolve({ exitCode, ...collected });
    });
  });
}
