import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Host, realHost } from '../cli/host.ts';

/** A host whose environment holds what the test says and nothing of this machine's, and which keeps what is written to it. */
export interface TestHost extends Host {
  /** Absolute; removed when the test is over. */
  folder: string;
  written: { stdout: string; stderr: string; exitCode: number | null };
  /** Ctrl-C. */
  interrupt(): void;
}

/** @param overrides what differs from this machine; `env` is the whole environment, where HOME and an empty PATH are given unless it says otherwise */
export async function testHost(overrides: Partial<Host> = {}): Promise<TestHost> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'loadkit-test-'));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  const written: TestHost['written'] = { stdout: '', stderr: '', exitCode: null };
  const listeners = new Set<() => void>();
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY: false,
    columns: 80,
    color: false,
  });
  return {
    ...realHost(),
    cwd: folder,
    stdout: output('stdout'),
    stderr: output('stderr'),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setExitCode: (code) => {
      written.exitCode = code;
    },
    ...overrides,
    env: { HOME: path.join(folder, 'home'), PATH: path.join(folder, 'bin'), ...overrides.env },
    folder,
    written,
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** Puts a shell script where PATH (or `name`, when absolute) finds it. */
export async function writeProgram(host: TestHost, name: string, script: string): Promise<string> {
  const file = path.resolve(host.folder, 'bin', name);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

/** What a k6 of `version` answers to `k6 version`. */
export const k6Script = (version: string): string => `echo 'k6 v${version} (go1.26.8, linux/amd64)'`;
