import { type ChildProcess, fork, type SpawnOptions, spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';

/**
 * The outside world as commands see it, injected so that tests can stand in for it. Nothing under `cli/` reads `process` or `console` on its own,
 * except main.ts, this file and the engines.
 */
export interface Host {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  platform: NodeJS.Platform;
  arch: string;
  /** Of the Node that runs loadkit, without a leading v. */
  nodeVersion: string;
  fs: typeof fs;
  /** Where results go (`--json`): one document and nothing else. */
  stdout: Output;
  /** Where progress, notes and errors go. */
  stderr: Output;
  /** Milliseconds since the epoch. */
  now(): number;
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Starts a module of ours with an IPC channel, so that it learns when this process dies. */
  fork: typeof fork;
  /** Calls back on Ctrl-C; the returned function stops listening. */
  onInterrupt(listener: () => void): () => void;
  /** The code that loadkit exits with once nothing is left to do. */
  setExitCode(code: number): void;
}

export interface Output {
  write(text: string): void;
  isTTY: boolean;
  columns: number;
  /** False with NO_COLOR, or where the output is no terminal. */
  color: boolean;
}

const output = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Output => ({
  write: (text) => void stream.write(text),
  isTTY: stream.isTTY === true,
  // A terminal that doesn't know its width says 0; one that is resized says so anew.
  get columns() {
    return stream.columns || 80;
  },
  color: stream.isTTY === true && (env['NO_COLOR'] ?? '') === '',
});

/** The real one. */
export const realHost = (): Host => ({
  env: process.env,
  cwd: process.cwd(),
  platform: os.platform(),
  arch: os.arch(),
  nodeVersion: process.versions.node,
  fs,
  stdout: output(process.stdout, process.env),
  stderr: output(process.stderr, process.env),
  now: () => Date.now(),
  spawn,
  fork,
  setExitCode: (code) => {
    process.exitCode = code;
  },
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
});
