import { expect, test } from 'vitest';
import { checksumOf, OFFICIAL_RELEASE } from './release.ts';

const HASH = 'a'.repeat(64);

test('each platform with an archive of the official release has its own', () => {
  const assets = Object.entries(OFFICIAL_RELEASE.assets).map(([platform, { name, binary, format }]) => [platform, name, binary, format]);
  expect(assets).toEqual([
    ['linux-x64', 'k6-v2.2.0-linux-amd64.tar.gz', 'k6-v2.2.0-linux-amd64/k6', 'tar.gz'],
    ['linux-arm64', 'k6-v2.2.0-linux-arm64.tar.gz', 'k6-v2.2.0-linux-arm64/k6', 'tar.gz'],
    ['darwin-x64', 'k6-v2.2.0-macos-amd64.zip', 'k6-v2.2.0-macos-amd64/k6', 'zip'],
    ['darwin-arm64', 'k6-v2.2.0-macos-arm64.zip', 'k6-v2.2.0-macos-arm64/k6', 'zip'],
    ['win32-x64', 'k6-v2.2.0-windows-amd64.zip', 'k6-v2.2.0-windows-amd64/k6.exe', 'zip'],
  ]);
});

test('the official release is had by https, and the hash that is known is pinned', () => {
  expect(OFFICIAL_RELEASE.baseUrl.href).toBe('https://github.com/grafana/k6/releases/download/v2.2.0/');
  expect(OFFICIAL_RELEASE.assets['linux-x64']?.sha256).toBe('b5a8003c86f35f5cd5ceef1490312c48e587696c94d998cefc6d7b3b4cb1597d');
  expect(OFFICIAL_RELEASE.assets['darwin-arm64']?.sha256).toBeNull();
});

test.each([
  ['as sha256sum writes it', `${'b'.repeat(64)}  other.zip\n${HASH}  k6.zip\n`],
  ['in binary mode', `${HASH} *k6.zip`],
  ['with Windows line ends', `${HASH}  k6.zip\r\n`],
  ['in capitals', `${HASH.toUpperCase()}  k6.zip\n`],
])('finds a checksum %s', (_, text) => {
  expect(checksumOf('k6.zip', text)).toBe(HASH);
});

test.each([
  ['nothing', ''],
  ['only another archive', `${HASH}  my-k6.zip\n`],
  ['a hash that is too short', `${HASH.slice(1)}  k6.zip\n`],
  ['an error page', '<html>Not found</html>'],
])('refuses a checksum file that holds %s', (_, text) => {
  expect(() => checksumOf('k6.zip', text)).toThrow("the checksum file of k6's release does not name k6.zip");
});
