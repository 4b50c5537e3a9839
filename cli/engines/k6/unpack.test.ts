import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { describe, expect, test } from 'vitest';
import { type ArchiveEntry, tarGz, zip } from '../../../tests/archives.ts';
import { type TestHost, testHost } from '../../../tests/test-host.ts';
import { UserError } from '../../errors.ts';
import type { Asset } from './release.ts';
import { BINARY_BYTES_MAX, unpackBinary } from './unpack.ts';

const BINARY = 'k6-v2.2.0-linux-amd64/k6';
const SOUND: ArchiveEntry[] = [
  { name: 'k6-v2.2.0-linux-amd64/' },
  { name: 'k6-v2.2.0-linux-amd64/README.md', data: 'read me' },
  { name: BINARY, data: 'binary' },
];

describe.each([
  ['tar.gz', tarGz],
  ['zip', zip],
] as const)('%s', (format, pack) => {
  const asset: Asset = { name: `k6.${format}`, format, binary: BINARY, sha256: null };

  async function unpack(archive: Buffer): Promise<{ host: TestHost; folder: string; done: Promise<string> }> {
    const host = await testHost();
    const file = path.join(host.folder, asset.name);
    const folder = path.join(host.folder, 'unpacked');
    await host.fs.writeFile(file, archive);
    await host.fs.mkdir(folder);
    return { host, folder, done: unpackBinary(host, file, asset, folder) };
  }

  test('gives the binary, executable, and nothing else', async () => {
    const { host, folder, done } = await unpack(pack(SOUND));
    const file = await done;
    expect(file).toBe(path.join(folder, 'k6'));
    expect(await host.fs.readFile(file, 'utf8')).toBe('binary');
    expect((await host.fs.stat(file)).mode & 0o777).toBe(0o755);
    expect(await host.fs.readdir(folder, { recursive: true })).toEqual(['k6']);
  });

  test.each<[string, ArchiveEntry[], RegExp]>([
    ['a path upwards', [{ name: '../../evil', data: 'x' }], /leads out of it|relative path/],
    ['a path upwards from within', [{ name: 'k6-v2.2.0-linux-amd64/../../evil', data: 'x' }], /leads out of it|relative path/],
    ['an absolute path', [{ name: '/tmp/evil', data: 'x' }], /leads out of it|absolute path/],
    ['a drive', [{ name: 'c:/evil', data: 'x' }], /leads out of it|absolute path/],
    ['a link', [{ name: 'k6-v2.2.0-linux-amd64/lib', link: '/etc' }], /link or a device/],
    ['too many entries', Array.from({ length: 100 }, (_, index) => ({ name: `file${index}` })), /more than 100 entries/],
    ['the binary twice', [{ name: BINARY, data: 'other' }], /twice/],
  ])('refuses %s', async (_, extra, reason) => {
    const { host, done } = await unpack(pack([...extra, ...SOUND]));
    await expect(done).rejects.toThrow(UserError);
    await expect(done).rejects.toThrow(reason);
    await expect(host.fs.access('/tmp/evil')).rejects.toThrow('ENOENT');
    expect((await host.fs.readdir(host.folder)).sort()).toEqual([asset.name, 'unpacked']);
  });

  test('refuses a binary that is a link', async () => {
    const { folder, host, done } = await unpack(pack([{ name: BINARY, link: '/bin/sh' }]));
    await expect(done).rejects.toThrow(/link or a device/);
    expect(await host.fs.readdir(folder)).toEqual([]);
  });

  test('refuses an archive without the binary', async () => {
    const { done } = await unpack(pack(SOUND.slice(0, 2)));
    await expect(done).rejects.toThrow(`there is no ${BINARY} in it`);
  });

  test.each([
    ['torn', (archive: Buffer) => archive.subarray(0, archive.length / 2)],
    ['no archive at all', () => Buffer.from('<html>sign in</html>')],
    ['empty', () => Buffer.alloc(0)],
  ])('refuses one that is %s', async (_, harm) => {
    const { done } = await unpack(harm(pack(SOUND)));
    await expect(done).rejects.toThrow(UserError);
  });
});

test.each([
  ['tar.gz', oversizeTar],
  ['zip', oversizeZip],
] as const)('refuses a %s that says to hold more than any k6', async (format, make) => {
  const host = await testHost();
  const asset: Asset = { name: `k6.${format}`, format, binary: BINARY, sha256: null };
  const file = path.join(host.folder, asset.name);
  await host.fs.writeFile(file, make());
  await expect(unpackBinary(host, file, asset, host.folder)).rejects.toThrow(UserError);
  expect(await host.fs.readdir(host.folder)).toEqual([asset.name]);
});

function oversizeTar(): Buffer {
  const header = new Header({ path: BINARY, mode: 0o755, size: BINARY_BYTES_MAX + 1, type: 'File' });
  header.encode();
  return gzipSync(header.block as Buffer);
}

/** The uncompressed size is at byte 24 of an entry in the central directory: APPNOTE 4.3.12. */
function oversizeZip(): Buffer {
  const archive = zip(SOUND);
  archive.writeUInt32LE(BINARY_BYTES_MAX + 1, archive.lastIndexOf('PK\x01\x02') + 24);
  return archive;
}
