import * as path from 'node:path';
import type { Host } from './host.ts';

/**
 * The executables called `name` on PATH, in its order. Empty and relative entries of PATH are passed over: what they hold depends on the
 * directory that one happens to stand in. On Windows only `.exe` counts, as a batch file can't be started without a shell.
 */
export async function which(host: Host, name: string): Promise<string[]> {
  const windows = host.platform === 'win32';
  const { delimiter, isAbsolute, join } = windows ? path.win32 : path.posix;
  const folders = new Set((host.env['PATH'] ?? host.env['Path'] ?? '').split(delimiter).filter(isAbsolute));
  const candidates = [...folders].map((folder) => join(folder, windows ? `${name}.exe` : name));
  const found = await Promise.all(candidates.map((file) => isExecutable(host, file)));
  return candidates.filter((_, index) => found[index]);
}

/** Whether `file` is a regular file (or leads to one) that this user may execute. */
export async function isExecutable(host: Host, file: string): Promise<boolean> {
  try {
    await host.fs.access(file, host.fs.constants.X_OK);
    return (await host.fs.stat(file)).isFile();
  } catch {
    return false;
  }
}
