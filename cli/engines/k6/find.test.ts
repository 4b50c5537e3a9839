import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { k6Script, testHost, writeProgram } from '../../../tests/test-host.ts';
import { findK6, locateK6, notInstalled } from './find.ts';

describe('LOADKIT_K6', () => {
  test('goes before PATH, and may be relative', async () => {
    const host = await testHost({ env: { LOADKIT_K6: 'mine/k6' } });
    await writeProgram(host, 'k6', k6Script('2.2.0'));
    const file = await writeProgram(host, path.join(host.folder, 'mine/k6'), k6Script('2.4.1'));
    expect(await findK6(host)).toEqual({ path: file, version: '2.4.1', from: 'LOADKIT_K6', sha256: null, verifiedBy: 'none' });
  });

  test.each([
    ['nothing', async () => {}, /no file that can be executed$/],
    ['another program', (file: string) => [file, 'echo hello'], /which doesn't answer as k6 does$/],
    ['a version out of range', (file: string) => [file, k6Script('1.0.0')], /which is k6 1\.0\.0, and loadkit needs >=2\.2\.0 <3$/],
  ] as const)('that leads to %s is an error, though PATH has a k6', async (_, program, message) => {
    const host = await testHost({ env: { LOADKIT_K6: 'mine' } });
    await writeProgram(host, 'k6', k6Script('2.2.0'));
    const [file, script] = (await program(path.join(host.folder, 'mine'))) ?? [];
    if (file !== undefined && script !== undefined) await writeProgram(host, file, script);
    await expect(findK6(host)).rejects.toThrow(message);
  });

  test('may not be a folder, nor a file without the right to execute it', async () => {
    const host = await testHost({ env: { LOADKIT_K6: 'plain' } });
    await host.fs.writeFile(path.join(host.folder, 'plain'), k6Script('2.2.0'), { mode: 0o644 });
    await expect(findK6(host)).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
    await expect(findK6({ ...host, env: { ...host.env, LOADKIT_K6: host.folder } })).rejects.toThrow('no file that can be executed');
  });
});

describe('PATH', () => {
  test('gives the first k6 of a supported version, and a note on what was passed over', async () => {
    const host = await testHost();
    const old = await writeProgram(host, path.join(host.folder, 'old/k6'), k6Script('0.49.0'));
    const good = await writeProgram(host, path.join(host.folder, 'good/k6'), k6Script('2.2.5'));
    const env = { ...host.env, PATH: [path.dirname(old), path.dirname(good)].join(path.delimiter) };
    const notes: string[] = [];
    expect(await locateK6({ ...host, env }, (text) => notes.push(text))).toMatchObject({ path: good, version: '2.2.5', from: 'PATH' });
    expect(notes).toEqual([`${old} is passed over: it is k6 0.49.0, and loadkit needs >=2.2.0 <3`]);
  });

  test('does not count where it is empty or relative: a k6 in the working directory is not meant', async () => {
    const host = await testHost({ env: { PATH: `.${path.delimiter}${path.delimiter}bin` } });
    await writeProgram(host, path.join(host.folder, 'k6'), k6Script('2.2.0'));
    await writeProgram(host, 'k6', k6Script('2.2.0'));
    expect(await locateK6(host)).toBeNull();
  });
});

test('with no k6 anywhere, locating finds none, and the error for that names the ways', async () => {
  expect(await locateK6(await testHost())).toBeNull();
  expect(notInstalled()).toMatchObject({ exitCode: 104, hint: expect.stringMatching(/engine install.*PATH.*LOADKIT_K6/) });
});
