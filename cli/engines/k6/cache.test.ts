import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TestHost, testHost } from '../../../tests/test-host.ts';
import { installFolder, k6Folder, type Manifest, readCached } from './cache.ts';
import { sha256OfFile } from './sha256.ts';

test('the folder is none without a home, and says what to do', async () => {
  const host = await testHost({ platform: 'linux', env: { HOME: '' } });
  expect(() => k6Folder(host)).toThrow('there is no home directory to keep k6 in');
});

describe('what is in it', () => {
  async function install(manifest: Partial<Manifest> | string = {}): Promise<{ host: TestHost; file: string; sha256: string }> {
    const host = await testHost();
    const folder = installFolder(host);
    const file = path.join(folder, 'k6');
    await host.fs.mkdir(folder, { recursive: true });
    await host.fs.writeFile(file, 'binary', { mode: 0o755 });
    const sha256 = await sha256OfFile(host, file);
    const sound = { schemaVersion: 1, version: '2.2.0', from: 'release', source: 'here', sha256, verifiedBy: 'pinned-sha256' };
    const text = typeof manifest === 'string' ? manifest : JSON.stringify({ ...sound, ...manifest });
    await host.fs.writeFile(path.join(folder, 'manifest.json'), text);
    return { host, file, sha256 };
  }

  test('is ready when its hash is that of the manifest', async () => {
    const { host, file, sha256 } = await install();
    const k6 = { path: file, version: '2.2.0', from: 'cache', sha256, verifiedBy: 'pinned-sha256' };
    expect(await readCached(host)).toEqual({ state: 'ready', k6 });
  });

  test('is nothing at first', async () => {
    expect(await readCached(await testHost())).toEqual({ state: 'absent' });
  });

  test.each<[string, Partial<Manifest> | string]>([
    ['a hash that the binary does not have', { sha256: '0'.repeat(64) }],
    ['a version that is not the one', { version: '2.1.0' }],
    ['a check that loadkit does not know', { verifiedBy: 'none' }],
    ['half a document', '{"schemaVersion": 1,'],
    ['null', 'null'],
    ['far too much', ' '.repeat(100_000)],
  ])('is unusable with a manifest that has %s', async (_, manifest) => {
    const { host } = await install(manifest);
    expect(await readCached(host)).toMatchObject({ state: 'unusable' });
  });

  test('is unusable once a bit of the binary has changed, or it is gone', async () => {
    const { host, file } = await install();
    await host.fs.writeFile(file, 'binarx');
    expect(await readCached(host)).toEqual({ state: 'unusable', why: `${file} is not what was installed: its SHA-256 has changed` });
    await host.fs.rm(file);
    expect(await readCached(host)).toEqual({ state: 'unusable', why: `${file} can't be read` });
  });
});
