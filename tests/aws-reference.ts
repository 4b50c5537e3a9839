import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../infra-fixtures/local/free-port.ts';

/** AWS emulators to compare with, as far as they are right: both come from PyPI, and `.ci/run` installs them. */
const PROGRAMS = {
  moto: {
    name: 'moto_server',
    args: (port: number) => ['-H', '127.0.0.1', '-p', String(port)],
    env: () => ({}),
  },
  ministack: {
    name: 'ministack',
    args: () => [],
    env: (port: number) => ({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port) }),
  },
} as const;

export type Emulator = keyof typeof PROGRAMS;

/** Its program, looked for in the folder LOADKIT_AWS_REFERENCE and on PATH; where it is not, that is said once on stderr, and the answer is null. */
export const findEmulator = (emulator: Emulator): string | null => {
  const { name } = PROGRAMS[emulator];
  const folders = [process.env['LOADKIT_AWS_REFERENCE'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)].filter(
    (folder) => folder !== '',
  );
  const program = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (program === undefined) process.stderr.write(`${name} is neither in LOADKIT_AWS_REFERENCE nor on PATH: nothing is compared with it\n`);
  return program ?? null;
};

export interface RunningEmulator {
  endpoint: string;
  stop(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 200;

/** Starts it on a free port of 127.0.0.1. @throws Error when it ends or stays silent instead of answering */
export const startEmulator = async (emulator: Emulator, program: string): Promise<RunningEmulator> => {
  const { args, env } = PROGRAMS[emulator];
  const port = await freePort();
  const child = spawn(program, args(port), {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env(port) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const until = Date.now() + ANSWERS_WITHIN_MS;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`${emulator} did not come up`);
    }
    await wait(ASK_EVERY_MS);
  }
  return { endpoint, stop };
};

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    () => true,
    () => false,
  );
