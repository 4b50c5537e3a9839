import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { EXIT } from '../../exit-code.ts';
import type { Host } from '../../host.ts';
import { binaryName, installFolder, k6Folder, type Manifest, readCached } from './cache.ts';
import { DOWNLOAD_LIMITS, download, downloadText, type Limits, type Request, Unreachable } from './download.ts';
import { buildWithGo, findGo, GO_MIN } from './go-build.ts';
import { type K6, type OnProgress, OWN_K6_HINT } from './k6.ts';
import { type Asset, checksumOf, OFFICIAL_RELEASE, type Release } from './release.ts';
import { sha256OfFile } from './sha256.ts';
import { unpackBinary } from './unpack.ts';
import { K6_VERSION, readVersion } from './version.ts';

export interface InstallOptions {
  onProgress?: OnProgress;
  /** Where archives come from; the official release unless a test says otherwise. */
  release?: Release;
  limits?: Limits;
}

/** Releases of k6 2 are 30 to 40 MB packed. */
const ARCHIVE_BYTES_MAX = 128 * 1024 * 1024;

/** Five lines of about a hundred characters. */
const CHECKSUMS_BYTES_MAX = 64 * 1024;

/** A lock that has not been touched for so long belonged to a process that died; a living one touches it every 5 s. Guess: tune. */
const LOCK_STALE_MS = 20_000;
const LOCK_UPDATE_MS = 5_000;
const LOCK_POLL_MS = 250;

/** Longer than the slowest download followed by the slowest build that their own limits allow. */
const LOCK_WAIT_MS_MAX = 65 * 60_000;

/** What an install that died left behind is older than this; what a living one works in isn't. */
const LEFTOVER_MS_MIN = 2 * LOCK_WAIT_MS_MAX;

const TEMPORARY = 'installing-';

/** What was made, before it is hashed and moved to its place. */
type Made = { binary: string } & Pick<Manifest, 'from' | 'source' | 'verifiedBy'>;

/** What the steps of one install share. */
interface Work {
  host: Host;
  onProgress: OnProgress;
  release: Release;
  limits: Limits;
  signal: AbortSignal;
  /** A directory of its own in the cache, so that the last step is a rename. */
  folder: string;
}

/**
 * Puts k6 into the cache: from the official release, or where that can't be reached or has no archive for this platform, built with Go.
 *
 * Only an absent release leads on to the build. An archive that came and was wrong (its hash, what is in it, who sent it) ends here: that
 * someone or something tampers with it is news that a quiet detour would hide, though the build itself would be safe.
 *
 * Safe to call from several processes at once: one installs, the others wait and use what it made. The lock saves work and is not what
 * keeps the cache whole; that is the rename at the end, so a lock that goes stale costs at most a second download.
 * @throws UserError with every way out in its hint when there is none left; with code 105 on Ctrl-C
 */
export async function installK6(host: Host, options: InstallOptions = {}): Promise<K6> {
  const { onProgress = () => {}, release = OFFICIAL_RELEASE, limits = DOWNLOAD_LIMITS } = options;
  const parent = k6Folder(host);
  const interruption = new AbortController();
  const { signal } = interruption;
  const stopListening = host.onInterrupt(() =>
    interruption.abort(
      new UserError('interrupted while k6 was being installed', 'run the command again to start over', { exitCode: EXIT.interrupted }),
    ),
  );
  try {
    await host.fs.mkdir(parent, { recursive: true });
    return await locked(host, parent, { onProgress, signal }, async () => {
      const cached = await readCached(host);
      if (cached.state === 'ready') return cached.k6;
      await sweep(host, parent);
      const folder = await host.fs.mkdtemp(path.join(parent, TEMPORARY));
      try {
        const work = { host, onProgress, release, limits, signal, folder };
        return await place(work, await make(work));
      } finally {
        await host.fs.rm(folder, { recursive: true, force: true });
      }
    });
  } catch (error) {
    throw explain(error, parent);
  } finally {
    stopListening();
  }
}

/** The release first, then Go; the reasons of both when neither works. */
async function make(work: Work): Promise<Made> {
  const { host, release, onProgress } = work;
  const asset = release.assets[`${host.platform}-${host.arch}`];
  let why = `k6's release has no archive for ${host.platform} on ${host.arch}`;
  if (asset !== undefined) {
    try {
      return await fromRelease(work, asset);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      why = `k6's release can't be had: ${error.message}`;
    }
  }
  const go = await findGo(host);
  if ('missing' in go) {
    throw new UserError(
      `k6 ${K6_VERSION} is not installed: ${why}, and ${go.missing} to build it with`,
      `${OWN_K6_HINT}, or install Go ${GO_MIN} or newer${proxyHint(host)}`,
    );
  }
  onProgress(`${why}; building k6 ${K6_VERSION} with Go ${go.version} instead, which takes some minutes`, 'note');
  const binary = await buildWithGo(host, go, work.folder, work);
  return { binary, from: 'go build', source: `go ${go.version}`, verifiedBy: 'go-sum' };
}

/** Node's fetch passes a proxy by unless it is told to use it: https://nodejs.org/api/cli.html#node_use_env_proxy1 */
const proxyHint = ({ env }: Host): string =>
  (env['HTTPS_PROXY'] || env['https_proxy']) && !env['NODE_USE_ENV_PROXY']
    ? ', or set NODE_USE_ENV_PROXY=1 to download through your proxy'
    : '';

async function fromRelease(work: Work, asset: Asset): Promise<Made> {
  const { host, release, onProgress } = work;
  const request = (name: string, bytesMax: number): Request => ({
    url: new URL(name, release.baseUrl),
    bytesMax,
    limits: work.limits,
    signal: work.signal,
  });
  const pinned = asset.sha256;
  const expected = pinned ?? checksumOf(asset.name, await downloadText(request(release.checksums, CHECKSUMS_BYTES_MAX)));
  const archiveRequest = request(asset.name, ARCHIVE_BYTES_MAX);
  const archive = path.join(work.folder, 'archive');
  const actual = await download(host, archive, archiveRequest, (receivedBytes, totalBytes) =>
    onProgress(
      `downloading k6 ${K6_VERSION}: ${megabytes(receivedBytes)}${totalBytes === null ? '' : ` of ${megabytes(totalBytes)}`} MB`,
      'state',
    ),
  );
  if (actual !== expected) throw wrongHash(asset, expected, actual, pinned !== null);
  const unpacked = path.join(work.folder, 'unpacked');
  await host.fs.mkdir(unpacked);
  const binary = await unpackBinary(host, archive, asset, unpacked);
  return { binary, from: 'release', source: archiveRequest.url.href, verifiedBy: pinned === null ? 'release-checksums' : 'pinned-sha256' };
}

/** Millions of bytes. */
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

const wrongHash = (asset: Asset, expected: string, actual: string, isPinned: boolean): UserError =>
  new UserError(
    `${asset.name} is not the archive that it should be: its SHA-256 is ${actual}, and ${isPinned ? 'loadkit' : "the release's checksum file"} says ${expected}`,
    `nothing of it was run. Something on the way (a proxy, a portal, an attacker) may have changed it: try another network, or ${OWN_K6_HINT}`,
  );

/** Sees that the binary runs, hashes it, writes its manifest and moves both to their place in one step. */
async function place({ host, folder }: Work, made: Made): Promise<K6> {
  const answer = await readVersion(host, made.binary);
  const version = 'version' in answer ? answer.version : null;
  if (version !== K6_VERSION) {
    const problem = 'problem' in answer ? answer.problem : `is k6 ${answer.version} and not ${K6_VERSION}`;
    throw new UserError(`the k6 that was installed from ${made.source} ${problem}`, OWN_K6_HINT);
  }
  const { from, source, verifiedBy } = made;
  const sha256 = await sha256OfFile(host, made.binary);
  const manifest: Manifest = {
    schemaVersion: 1,
    version,
    from,
    source,
    sha256,
    verifiedBy,
    installedAt: new Date(host.now()).toISOString(),
  };
  const ready = path.join(folder, 'ready');
  await host.fs.mkdir(ready);
  await host.fs.rename(made.binary, path.join(ready, binaryName(host)));
  await host.fs.writeFile(path.join(ready, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const destination = installFolder(host);
  // A directory can't be renamed onto another that holds something. What is there is unusable: else nothing would be installed.
  await host.fs.rename(destination, path.join(folder, 'replaced')).catch(ignoreMissing);
  await host.fs.rename(ready, destination);
  return { path: path.join(destination, binaryName(host)), version, from, sha256, verifiedBy };
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Removes the working directories of installs that died. */
async function sweep(host: Host, parent: string): Promise<void> {
  for (const name of await host.fs.readdir(parent)) {
    const folder = path.join(parent, name);
    if (!name.startsWith(TEMPORARY) || host.now() - (await host.fs.stat(folder)).mtimeMs < LEFTOVER_MS_MIN) continue;
    await host.fs.rm(folder, { recursive: true, force: true });
  }
}

/** Does `work` while no other process does it in the same cache, waiting for them if need be. */
async function locked<T>(
  host: Host,
  parent: string,
  { onProgress, signal }: { onProgress: OnProgress; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const { lock } = await import('proper-lockfile');
  const untilMs = host.now() + LOCK_WAIT_MS_MAX;
  for (;;) {
    signal.throwIfAborted();
    const release = await lock(parent, {
      lockfilePath: path.join(parent, 'install.lock'),
      stale: LOCK_STALE_MS,
      update: LOCK_UPDATE_MS,
      // Lost when the machine slept: see installK6 for why that does no harm.
      onCompromised: () => {},
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ELOCKED' || host.now() > untilMs) throw error;
    });
    if (release !== undefined) {
      try {
        return await work();
      } finally {
        await release().catch(() => {});
      }
    }
    onProgress(`waiting for another loadkit that is installing k6 ${K6_VERSION}`, 'state');
    await delay(LOCK_POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** What the file system refuses is the user's to mend; the rest goes on as it is. */
function explain(error: unknown, parent: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ELOCKED') {
    return new UserError('another loadkit has been installing k6 for more than an hour', `end it, or ${OWN_K6_HINT}`, { cause: error });
  }
  if (error instanceof UserError || code === undefined || syscall === undefined) return error;
  const hint = code === 'ENOSPC' ? 'free 300 MB there' : 'see that you may write there';
  return new UserError(
    `k6 can't be installed into ${parent} (${code})`,
    `${hint}, set XDG_CACHE_HOME to another directory, or ${OWN_K6_HINT}`,
    { cause: error },
  );
}
