import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

let root: string | undefined;

/** The folder of loadkit's own package.json, from the source (`cli/`) as from the compiled program (`dist/cli/`). */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  root = folder;
  return folder;
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** Path of a sibling module that is started as a process of its own: `.ts` from the source, `.js` from the compiled program. */
export const siblingModule = (importMetaUrl: string, name: string): URL => new URL(`${name}${path.extname(importMetaUrl)}`, importMetaUrl);
