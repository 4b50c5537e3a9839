/**
 * Stands between loadkit and k6, so that k6 never outlives loadkit. It leads a process group of its own (a Ctrl-C in the terminal goes to loadkit,
 * which decides) and is tied to loadkit by its IPC channel: when that breaks, whatever killed loadkit, k6 is asked to stop, then made to.
 *
 * argv: the folder to remove at the end, k6, its arguments. Sends `{type: 'started', pid}`, then `{type: 'exited', exitCode, signal}`.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

/** k6 stops its users at once on SIGTERM and then runs teardown; what takes longer is cut off. The promise is 10 s in all. */
const GRACE_MS = 5000;

const [temporary = '', k6 = '', ...args] = process.argv.slice(2);

const engine = spawn(k6, args, { stdio: ['ignore', 'ignore', 'inherit'] });

const leave = () => {
  rmSync(temporary, { recursive: true, force: true });
  process.exit(0);
};

/** With a callback, since a message that cannot be sent would otherwise end this process, and leave k6 to itself. */
const tell = (message: object, then: (error: Error | null) => void) => process.send?.(message, then);

engine.on('spawn', () => tell({ type: 'started', pid: engine.pid }, () => {}));
engine.on('error', (error) => tell({ type: 'failed', reason: error.message }, leave));
engine.on('exit', (exitCode, signal) =>
  tell({ type: 'exited', exitCode, signal }, (error) => {
    if (error === null && process.connected) process.disconnect();
    else leave();
  }),
);

process.on('disconnect', () => {
  if (engine.exitCode !== null || engine.signalCode !== null) process.exit(0);
  engine.kill('SIGTERM');
  setTimeout(() => engine.kill('SIGKILL'), GRACE_MS);
});

// A signal to the whole group is meant for k6; the guard has to stay and see it end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
