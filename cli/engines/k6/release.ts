import { UserError } from '../../errors.ts';
import { OWN_K6_HINT } from './k6.ts';
import { K6_VERSION } from './version.ts';

/** An archive of the official release. It holds one folder, called like the archive without its ending, with the binary in it. */
export interface Asset {
  name: string;
  format: 'tar.gz' | 'zip';
  /** Path of the binary in the archive. */
  binary: string;
  /** SHA-256 of the archive in hex where it is known here; null where the release's checksum file has to do. */
  sha256: string | null;
}

/** Where archives come from. Tests put a server of their own in its place. */
export interface Release {
  /** Ends in a slash. https, or plain http to loopback. */
  baseUrl: URL;
  checksums: string;
  /** By `<platform>-<arch>` as Node names them. */
  assets: Readonly<Record<string, Asset>>;
}

const asset = (alias: string, format: Asset['format'], sha256: string | null = null): Asset => {
  const folder = `k6-v${K6_VERSION}-${alias}`;
  return { name: `${folder}.${format}`, format, binary: `${folder}/k6${alias.startsWith('windows') ? '.exe' : ''}`, sha256 };
};

/**
 * The official release. These five are all that k6's build-release.sh makes (https://github.com/grafana/k6/blob/v2.2.0/build-release.sh):
 * there is none for Windows on arm64, so that is built from source.
 */
export const OFFICIAL_RELEASE: Release = {
  baseUrl: new URL(`https://github.com/grafana/k6/releases/download/v${K6_VERSION}/`),
  checksums: `k6-v${K6_VERSION}-checksums.txt`,
  assets: {
    // The same in four independent public pins of this archive.
    'linux-x64': asset('linux-amd64', 'tar.gz', 'b5a8003c86f35f5cd5ceef1490312c48e587696c94d998cefc6d7b3b4cb1597d'),
    'linux-arm64': asset('linux-arm64', 'tar.gz'),
    'darwin-x64': asset('macos-amd64', 'zip'),
    'darwin-arm64': asset('macos-arm64', 'zip'),
    'win32-x64': asset('windows-amd64', 'zip'),
  },
};

/**
 * The SHA-256 of `name` in a checksum file, whose lines are as `sha256sum` writes them: hash, two spaces (or a space and a star), name.
 * @throws UserError when it isn't there: an archive that can't be checked is not used
 */
export function checksumOf(name: string, checksums: string): string {
  for (const line of checksums.split('\n')) {
    const [, hash, file] = /^([0-9a-f]{64}) [ *](.+?)\r?$/i.exec(line) ?? [];
    if (hash !== undefined && file === name) return hash.toLowerCase();
  }
  throw new UserError(`the checksum file of k6's release does not name ${name}, so nothing was installed`, OWN_K6_HINT);
}
