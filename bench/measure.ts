import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
export const MAIN = path.join(ROOT, 'dist/cli/main.js');
if (!existsSync(MAIN)) throw new Error('dist/ is not there: npm run build first');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (i: number) => sorted[i] ?? Number.NaN;
  return sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
}

/** `1.02 (0.98–1.07)`: median and range. */
export const spread = (values: readonly number[], digits = 2): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  wallS: number;
}

export function runProcess(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ended> {
  const began = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output, wallS: (performance.now() - began) / 1000 }));
  });
}

export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'loadkit-bench-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * A stand-in for k6 that runs it and appends the processor seconds it used, as the shell accounts them when it has ended (user + system).
 * @returns its path, and what it has noted since the last reading
 */
export function meteredK6(k6: string, folder: string): { path: string; cpuS(): number } {
  const notes = path.join(folder, 'cpu');
  const wrapper = path.join(folder, 'k6-metered');
  writeFileSync(
    wrapper,
    `#!/usr/bin/env bash\nif [ "$1" != run ]; then exec ${k6} "$@"; fi\nTIMEFORMAT='%U %S'\nexec 3>&2\n{ time ${k6} "$@" 2>&3; } 2>> ${notes}\n`,
    { mode: 0o755 },
  );
  return {
    path: wrapper,
    cpuS: () => {
      const [user = Number.NaN, system = Number.NaN] = (readFileSync(notes, 'utf8').trim().split('\n').at(-1) ?? '').split(' ').map(Number);
      return user + system;
    },
  };
}
