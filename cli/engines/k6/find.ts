import * as path from 'node:path';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { isExecutable, which } from '../../which.ts';
import { readCached } from './cache.ts';
import type { InstallOptions } from './install.ts';
import { type K6, type OnProgress, OWN_K6_HINT } from './k6.ts';
import { readSupportedVersion } from './version.ts';

/**
 * The k6 to run: `LOADKIT_K6`, `k6` on PATH, the cache, the official release, a build with Go, in this order. The last two install it.
 * @throws UserError with a hint when there is none to be had, or `LOADKIT_K6` names none
 */
export async function findK6(host: Host, options: InstallOptions = {}): Promise<K6> {
  const here = await locateK6(host, options.onProgress);
  if (here !== null) return here;
  const { installK6 } = await import('./install.ts');
  return installK6(host, options);
}

/** As `findK6`, but installs nothing: null when there is none on this machine yet. */
export async function locateK6(host: Host, onProgress: OnProgress = () => {}): Promise<K6 | null> {
  return (await fromVariable(host)) ?? (await fromPath(host, onProgress)) ?? (await fromCache(host, onProgress));
}

async function fromVariable(host: Host): Promise<K6 | null> {
  const value = host.env['LOADKIT_K6'];
  if (value === undefined || value === '') return null;
  const file = path.resolve(host.cwd, value);
  const hint = 'set LOADKIT_K6 to the path of a k6 binary, or unset it to let loadkit find one';
  if (!(await isExecutable(host, file))) throw new UserError(`LOADKIT_K6 is ${file}, which is no file that can be executed`, hint);
  const answer = await readSupportedVersion(host, file);
  if ('problem' in answer) throw new UserError(`LOADKIT_K6 is ${file}, which ${answer.problem}`, hint);
  return { path: file, version: answer.version, from: 'LOADKIT_K6', sha256: null, verifiedBy: 'none' };
}

async function fromPath(host: Host, onProgress: OnProgress): Promise<K6 | null> {
  for (const file of await which(host, 'k6')) {
    const answer = await readSupportedVersion(host, file);
    if ('version' in answer) return { path: file, version: answer.version, from: 'PATH', sha256: null, verifiedBy: 'none' };
    onProgress(`${file} is passed over: it ${answer.problem}`, 'note');
  }
  return null;
}

async function fromCache(host: Host, onProgress: OnProgress): Promise<K6 | null> {
  const cached = await readCached(host);
  if (cached.state === 'ready') return cached.k6;
  if (cached.state === 'unusable') onProgress(`the k6 in the cache is not used: ${cached.why}`, 'note');
  return null;
}

/** The error of a command that needs k6 and installs none. */
export const notInstalled = (): UserError => new UserError('k6 is not installed', `run \`loadkit engine install\`, ${OWN_K6_HINT}`);
