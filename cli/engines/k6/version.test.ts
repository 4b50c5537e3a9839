import { describe, expect, test } from 'vitest';
import { k6Script, testHost, writeProgram } from '../../../tests/test-host.ts';
import { isSupported, parseVersion, readSupportedVersion } from './version.ts';

test.each([
  ['k6 v2.2.0 (go1.26.8, linux/amd64)\n', '2.2.0'],
  ['k6.exe v2.3.1 (commit/0123456789, go1.26.8, windows/amd64)', '2.3.1'],
  ['k6 v2.3.0-rc1 (go1.26.8, linux/amd64)', '2.3.0-rc1'],
  ['k6 v2.2.0\nExtensions:\n  x v1', '2.2.0'],
  ['0.0.0', null],
  ['ls (GNU coreutils) 9.1', null],
  ['k6 v2.2', null],
  ['', null],
])('the version in %j is %j', (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

test.each([
  ['2.2.0', true],
  ['2.2.1', true],
  ['2.3.0-rc1', true],
  ['2.10.0', true],
  ['2.2.0-rc1', false],
  ['2.1.9', false],
  ['1.9.0', false],
  ['3.0.0', false],
  ['3.0.0-rc1', false],
])('k6 %s is supported: %j', (version, supported) => {
  expect(isSupported(version)).toBe(supported);
});

describe('asking a binary', () => {
  test('is answered', async () => {
    const host = await testHost();
    expect(await readSupportedVersion(host, await writeProgram(host, 'k6', k6Script('2.2.0')))).toEqual({ version: '2.2.0' });
  });

  test('keeps it from calling home or building another k6', async () => {
    const host = await testHost();
    const file = await writeProgram(host, 'k6', 'echo "k6 v2.2.0-$K6_NO_USAGE_REPORT.$K6_AUTO_EXTENSION_RESOLUTION"');
    expect(await readSupportedVersion(host, file)).toEqual({ problem: 'is k6 2.2.0-true.false, and loadkit needs >=2.2.0 <3' });
  });

  test.each([
    [k6Script('0.49.0'), 'is k6 0.49.0, and loadkit needs >=2.2.0 <3'],
    ['echo hello', "doesn't answer as k6 does"],
    ['exit 3', 'exited with 3 when asked for its version'],
  ])('%j is a problem', async (script, problem) => {
    const host = await testHost();
    expect(await readSupportedVersion(host, await writeProgram(host, 'k6', script))).toEqual({ problem });
  });
});
