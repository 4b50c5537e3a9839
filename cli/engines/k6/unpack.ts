import { createWriteStream } from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { OWN_K6_HINT } from './k6.ts';
import type { Asset } from './release.ts';

/** k6 2.2.0 is 65 MB; four times that leaves room for growth and none for a bomb. */
export const BINARY_BYTES_MAX = 256 * 1024 * 1024;

/** The release's archives hold two to a dozen. */
const ENTRIES_MAX = 100;

/** An archive's entry as both formats have it. */
interface Entry {
  name: string;
  type: 'file' | 'folder' | 'other';
  bytes: number;
}

/**
 * Takes the binary, and only that, out of a release archive whose hash has been checked.
 * @param folder an empty directory of our own
 * @returns path of the binary under `folder`
 * @throws UserError for an archive with a path that leads out of it, a link or device, no binary or two, too much in it, or that is torn
 */
export async function unpackBinary(host: Host, archive: string, asset: Asset, folder: string): Promise<string> {
  const vet = vetting(asset);
  const to = path.join(folder, path.posix.basename(asset.binary));
  try {
    if (asset.format === 'zip') await unzip(archive, to, vet);
    else await untar(archive, folder, vet);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined && !(error instanceof UserError)
      ? refusal(asset, messageOf(error))
      : error;
  }
  if (vet.problem !== null) throw refusal(asset, vet.problem);
  if (!vet.found) throw refusal(asset, `there is no ${asset.binary} in it`);
  await host.fs.chmod(to, 0o755);
  return to;
}

const refusal = (asset: Asset, why: string): UserError =>
  new UserError(`the archive ${asset.name} was refused: ${why}`, `nothing of it was run; try again later, or ${OWN_K6_HINT}`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Vetting = ReturnType<typeof vetting>;

/** Looks at every entry, and says whether it is the one to take. After a first problem none is. */
function vetting(asset: Asset) {
  let entries = 0;
  const state = {
    found: false,
    problem: null as string | null,
    isWanted: (entry: Entry): boolean => {
      entries += 1;
      state.problem ??= entries > ENTRIES_MAX ? `it has more than ${ENTRIES_MAX} entries` : problemOf(entry);
      if (entry.name !== asset.binary) return false;
      if (state.found) state.problem ??= `${asset.binary} is in it twice`;
      if (entry.type !== 'file') state.problem ??= `${asset.binary} is not a file`;
      state.found = true;
      return state.problem === null;
    },
  };
  return state;
}

function problemOf({ name, type, bytes }: Entry): string | null {
  if (name.includes('\\') || name.includes('\0') || /^(?:\/|[a-z]:)/i.test(name) || name.split('/').includes('..')) {
    return `it has an entry that leads out of it, ${JSON.stringify(name.slice(0, 100))}`;
  }
  if (type === 'other') return `it has a link or a device in it, ${JSON.stringify(name.slice(0, 100))}`;
  return bytes > BINARY_BYTES_MAX ? `it has a file of more than ${BINARY_BYTES_MAX} bytes in it` : null;
}

const TAR_TYPES: Readonly<Record<string, Entry['type']>> = { File: 'file', OldFile: 'file', Directory: 'folder' };

async function untar(archive: string, folder: string, vet: Vetting): Promise<void> {
  const { extract } = await import('tar');
  await extract({
    file: archive,
    cwd: folder,
    // The binary lies one folder deep.
    strip: 1,
    // A torn archive is an error and not a warning; as root, its owner is still us and not whom the archive names.
    strict: true,
    preserveOwner: false,
    filter: (_path, entry) =>
      'header' in entry && vet.isWanted({ name: entry.path, type: TAR_TYPES[entry.type] ?? 'other', bytes: entry.size }),
  });
}

/** The upper half of a zip's external attributes is the Unix mode, where there is one: https://unix.stackexchange.com/a/14727 */
const modeOf = (attributes: number): number => attributes >>> 16;
const MODE_TYPE = 0o170000;
const MODE_FILE = 0o100000;
const MODE_FOLDER = 0o040000;

async function unzip(archive: string, to: string, vet: Vetting): Promise<void> {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const mode = modeOf(entry.externalFileAttributes) & MODE_TYPE;
      const type = entry.fileName.endsWith('/') ? 'folder' : mode === 0 || mode === MODE_FILE ? 'file' : 'other';
      const vetted: Entry = { name: entry.fileName, type: mode === MODE_FOLDER ? 'folder' : type, bytes: entry.uncompressedSize };
      if (vet.isWanted(vetted)) await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to, { flags: 'wx' }));
      if (vet.problem !== null) return;
    }
  } finally {
    zip.close();
  }
}
