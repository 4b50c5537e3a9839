import * as path from 'node:path';
import { cacheFolder } from '../../cache-folder.ts';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { type K6, OWN_K6_HINT, type VerifiedBy } from './k6.ts';
import { sha256OfFile } from './sha256.ts';
import { K6_VERSION } from './version.ts';

/** `manifest.json` beside the binary: what it is, where it comes from, and the hash that it must still have when it is run. */
export interface Manifest {
  schemaVersion: 1;
  version: string;
  from: 'release' | 'go build';
  /** URL of the archive, or the Go version that built it. */
  source: string;
  /** Of the binary, in hex. */
  sha256: string;
  verifiedBy: VerifiedBy;
  installedAt: string;
}

/** What is in the cache: a k6 whose hash is right, nothing, or something that must not be run, and why. */
export type Cached = { state: 'ready'; k6: K6 } | { state: 'absent' } | { state: 'unusable'; why: string };

/** Longer than any manifest, short enough to read without a thought. */
const MANIFEST_BYTES_MAX = 64 * 1024;

/** @throws UserError 104 without a home directory */
export function k6Folder(host: Host): string {
  const folder = cacheFolder(host);
  if (folder === null)
    throw new UserError('there is no home directory to keep k6 in', `set XDG_CACHE_HOME to a directory, or ${OWN_K6_HINT}`);
  return path.join(folder, 'k6');
}

/** The directory of the installed k6, binary and manifest. Its name tells version and platform, so that a home shared by machines works. */
export const installFolder = (host: Host): string => path.join(k6Folder(host), `${K6_VERSION}-${host.platform}-${host.arch}`);

export const binaryName = (host: Host): string => (host.platform === 'win32' ? 'k6.exe' : 'k6');

/** Looks into the cache and hashes what is there. A binary that this doesn't call ready is never started. */
export async function readCached(host: Host): Promise<Cached> {
  const folder = installFolder(host);
  const file = path.join(folder, binaryName(host));
  const manifest = await readManifest(host, path.join(folder, 'manifest.json'));
  if ('state' in manifest) return manifest;
  const sha256 = await sha256OfFile(host, file).catch(() => null);
  if (sha256 === null) return { state: 'unusable', why: `${file} can't be read` };
  if (sha256 !== manifest.sha256) return { state: 'unusable', why: `${file} is not what was installed: its SHA-256 has changed` };
  return { state: 'ready', k6: { path: file, version: manifest.version, from: 'cache', sha256, verifiedBy: manifest.verifiedBy } };
}

async function readManifest(host: Host, file: string): Promise<Manifest | Exclude<Cached, { state: 'ready' }>> {
  try {
    if ((await host.fs.stat(file)).size > MANIFEST_BYTES_MAX) return { state: 'unusable', why: `${file} is too long` };
    const manifest: unknown = JSON.parse(await host.fs.readFile(file, 'utf8'));
    return isManifest(manifest) ? manifest : { state: 'unusable', why: `${file} is not a manifest of k6 ${K6_VERSION}` };
  } catch (error) {
    return isNotFound(error) ? { state: 'absent' } : { state: 'unusable', why: `${file} can't be read` };
  }
}

const isNotFound = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const VERIFIED: readonly unknown[] = ['pinned-sha256', 'release-checksums', 'go-sum'] satisfies VerifiedBy[];

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { schemaVersion, version, sha256, verifiedBy } = value as Partial<Record<keyof Manifest, unknown>>;
  return schemaVersion === 1 && version === K6_VERSION && typeof sha256 === 'string' && VERIFIED.includes(verifiedBy);
}
