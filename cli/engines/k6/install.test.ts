import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ArchiveEntry, tarGz, zip } from '../../../tests/archives.ts';
import { type Answer, closedPort, fileServer } from '../../../tests/file-server.ts';
import { k6Script, type TestHost, testHost, writeProgram } from '../../../tests/test-host.ts';
import { UserError } from '../../errors.ts';
import { findK6, locateK6 } from './find.ts';
import { installK6 } from './install.ts';
import type { Asset, Release } from './release.ts';

const BINARY = 'k6-v2.2.0-test/k6';
const SCRIPT = `#!/bin/sh\n${k6Script('2.2.0')}\n`;
const LIMITS = { connectMs: 5_000, stallMs: 5_000, totalMs: 10_000 };

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

interface Served {
  archive?: Buffer;
  format?: Asset['format'];
  /** How the archive is answered, when not by itself. */
  answer?: Answer;
  /** The pinned hash: the archive's own unless given; null leads to the checksum file. */
  pinned?: string | null;
  checksums?: string;
  others?: Readonly<Record<string, Answer>>;
}

/** A release for this machine's platform on a server of the test's. */
async function serve(host: TestHost, served: Served = {}): Promise<{ release: Release; requested: string[] }> {
  const {
    format = 'tar.gz',
    archive = (format === 'zip' ? zip : tarGz)([{ name: BINARY, data: SCRIPT }]),
    answer = archive,
    others,
  } = served;
  const name = `k6.${format}`;
  const checksums = served.checksums ?? `${sha256(archive)}  ${name}\n`;
  const { baseUrl, requested } = await fileServer({ [name]: answer, 'checksums.txt': checksums, ...others });
  const asset: Asset = { name, format, binary: BINARY, sha256: served.pinned === undefined ? sha256(archive) : served.pinned };
  return { release: { baseUrl, checksums: 'checksums.txt', assets: { [`${host.platform}-${host.arch}`]: asset } }, requested };
}

/** A Go that notes that it was asked to build, and makes `binary`. Its arguments are: build -v -trimpath -mod=readonly -o FILE PACKAGE. */
async function writeGo(
  host: TestHost,
  build = `printf '%s' '${SCRIPT.replaceAll("'", "'\\''")}' > "$6"; /bin/chmod +x "$6"`,
): Promise<string> {
  const log = path.join(host.folder, 'go.log');
  const script = `if [ "$1" = version ]; then echo 'go version go1.26.0 linux/amd64'; exit; fi
echo "$CGO_ENABLED $GOWORK $GOPROXY $*" >> ${log}; while read -r line; do echo "$line"; done < go.mod >> ${log}
${build}`;
  await writeProgram(host, 'go', script);
  return log;
}

const wasBuilt = (host: TestHost): Promise<boolean> =>
  host.fs.access(path.join(host.folder, 'go.log')).then(
    () => true,
    () => false,
  );

/** What the cache holds besides the lock, which comes and goes. */
const cacheOf = (host: TestHost): Promise<string[]> => host.fs.readdir(path.join(host.folder, 'home/.cache/loadkit/k6'));

const installed = (host: TestHost): string => `2.2.0-${host.platform}-${host.arch}`;

describe('from the release', () => {
  test.each<[string, Served, string]>([
    ['a tar.gz with a pinned hash', {}, 'pinned-sha256'],
    ['a zip named in the checksum file', { format: 'zip', pinned: null }, 'release-checksums'],
  ])('installs %s, and uses it from then on', async (_, served, verifiedBy) => {
    const host = await testHost();
    const { release, requested } = await serve(host, served);
    const states: string[] = [];
    const k6 = await findK6(host, { release, limits: LIMITS, onProgress: (text) => states.push(text) });
    const file = path.join(host.folder, 'home/.cache/loadkit/k6', installed(host), 'k6');
    expect(k6).toEqual({ path: file, version: '2.2.0', from: 'release', sha256: sha256(SCRIPT), verifiedBy });
    expect(states).toEqual([expect.stringMatching(/^downloading k6 2\.2\.0: 0\.0 of 0\.0 MB$/)]);
    expect(await cacheOf(host)).toEqual([installed(host)]);
    const manifest = JSON.parse(await host.fs.readFile(path.join(path.dirname(file), 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ schemaVersion: 1, version: '2.2.0', from: 'release', sha256: sha256(SCRIPT), verifiedBy });

    const requests = requested.length;
    expect(await findK6(host, { release })).toEqual({ ...k6, from: 'cache' });
    expect(requested).toHaveLength(requests);
  });

  test.each<[string, Served, string]>([
    ['a hash other than the pinned one', { pinned: 'f'.repeat(64) }, 'is not the archive that it should be'],
    ["a hash other than the checksum file's", { pinned: null, checksums: `${'f'.repeat(64)}  k6.tar.gz\n` }, 'is not the archive'],
    ['no line in the checksum file', { pinned: null, checksums: '' }, 'does not name k6.tar.gz'],
    [
      'a path that leads out',
      {
        archive: tarGz([
          { name: '../k6', data: 'x' },
          { name: BINARY, data: SCRIPT },
        ]),
      },
      'leads out of it',
    ],
    ['a link for a binary', { archive: tarGz([{ name: BINARY, link: '/bin/sh' }]) }, 'link or a device'],
    ['no binary', { archive: tarGz([{ name: 'readme', data: 'x' }]) }, `there is no ${BINARY} in it`],
    ['another version in it', { archive: tarGz([entry(k6Script('2.1.0'))]) }, 'is k6 2.1.0 and not 2.2.0'],
    [
      'a redirect to plain http elsewhere',
      { answer: (_, response) => response.writeHead(302, { location: 'http://example.invalid/k6' }).end() },
      'redirects to http://example.invalid, which is not https',
    ],
  ])('stops at %s, builds nothing and keeps nothing', async (_, served, reason) => {
    const host = await testHost();
    await writeGo(host);
    const { release } = await serve(host, served);
    const attempt = installK6(host, { release, limits: LIMITS });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(reason);
    expect(await wasBuilt(host)).toBe(false);
    expect(await cacheOf(host)).toEqual([]);
  });

  test('runs nothing of an archive whose hash is wrong', async () => {
    const host = await testHost();
    const mark = path.join(host.folder, 'ran');
    const { release } = await serve(host, { archive: tarGz([entry(`echo > ${mark}`)]), pinned: 'f'.repeat(64) });
    await expect(installK6(host, { release })).rejects.toMatchObject({ exitCode: 104 });
    await expect(host.fs.access(mark)).rejects.toThrow('ENOENT');
  });

  test('installs anew when the cached binary has changed, and does not run that', async () => {
    const host = await testHost();
    const { release } = await serve(host);
    const { path: file } = await installK6(host, { release });
    const mark = path.join(host.folder, 'ran');
    await host.fs.writeFile(file, `#!/bin/sh\necho > ${mark}\n${k6Script('2.2.0')}\n`);
    const notes: string[] = [];
    expect(await findK6(host, { release, onProgress: (text, kind) => kind === 'note' && notes.push(text) })).toMatchObject({
      from: 'release',
    });
    expect(notes).toEqual([`the k6 in the cache is not used: ${file} is not what was installed: its SHA-256 has changed`]);
    expect(await host.fs.readFile(file, 'utf8')).toBe(SCRIPT);
    expect(await cacheOf(host)).toEqual([installed(host)]);
    await expect(host.fs.access(mark)).rejects.toThrow('ENOENT');
  });
});

describe('at the same time', () => {
  test('two installs download once', async () => {
    const host = await testHost();
    const archive = tarGz([{ name: BINARY, data: SCRIPT }]);
    let second: ReturnType<typeof installK6> | undefined;
    const waiting = Promise.withResolvers<void>();
    // The first download is answered only once the second install is known to wait.
    const { release, requested } = await serve(host, {
      archive,
      answer: (_, response) => {
        second = installK6(host, { release, onProgress: (text) => text.startsWith('waiting') && waiting.resolve() });
        void waiting.promise.then(() => response.end(archive));
      },
    });
    const first = await installK6(host, { release });
    expect(first.from).toBe('release');
    expect(await second).toEqual({ ...first, from: 'cache' });
    expect(requested).toEqual(['k6.tar.gz']);
  });

  test('the lock of an install that died is taken over, and what it left is removed', async () => {
    const host = await testHost();
    const parent = path.join(host.folder, 'home/.cache/loadkit/k6');
    await host.fs.mkdir(path.join(parent, 'install.lock'), { recursive: true });
    await host.fs.mkdir(path.join(parent, 'installing-old'));
    const longAgo = new Date(host.now() - 24 * 3_600_000);
    for (const name of ['install.lock', 'installing-old']) await host.fs.utimes(path.join(parent, name), longAgo, longAgo);
    const { release } = await serve(host);
    await installK6(host, { release });
    expect(await cacheOf(host)).toEqual([installed(host)]);
  });

  test.each(['while it downloads', 'while it waits'])('Ctrl-C ends it %s', async (when) => {
    const host = await testHost();
    if (when === 'while it waits') await host.fs.mkdir(path.join(host.folder, 'home/.cache/loadkit/k6/install.lock'), { recursive: true });
    const { release } = await serve(host, { answer: () => host.interrupt() });
    const onProgress = (text: string) => text.startsWith('waiting') && host.interrupt();
    await expect(installK6(host, { release, onProgress })).rejects.toMatchObject({ name: 'UserError', exitCode: 105 });
    expect(await cacheOf(host)).toEqual(when === 'while it waits' ? ['install.lock'] : []);
  });
});

describe('built with Go', () => {
  test.each<[string, Served & { limits?: Partial<typeof LIMITS> }, RegExp]>([
    ['has gone', { answer: (_, response) => response.writeHead(404).end() }, /answered 404/],
    [
      'breaks off',
      { answer: (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()) },
      /can't be reached/,
    ],
    ['stalls', { answer: (_, response) => void response.writeHead(200).write('half'), limits: { stallMs: 100 } }, /sent nothing for 0.1 s/],
    ['gives no answer', { answer: () => {}, limits: { connectMs: 100 } }, /gave no answer within 0.1 s/],
  ])('when the release %s', async (_, served, why) => {
    const host = await testHost({ env: { GOPROXY: 'https://proxy.example' } });
    const log = await writeGo(host);
    const { release } = await serve(host, served);
    const notes: string[] = [];
    const k6 = await installK6(host, {
      release,
      limits: { ...LIMITS, ...served.limits },
      onProgress: (text, kind) => kind === 'note' && notes.push(text),
    });
    expect(k6).toMatchObject({ from: 'go build', verifiedBy: 'go-sum', sha256: sha256(SCRIPT) });
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(notes[0]).toContain('building k6 2.2.0 with Go 1.26.0 instead');
    const said = await host.fs.readFile(log, 'utf8');
    expect(said).toMatch(/^0 off https:\/\/proxy\.example build -v -trimpath -mod=readonly -o .+ go\.k6\.io\/k6\/v2\n/);
    expect(said).toContain('tool go.k6.io/k6/v2');
    expect(await cacheOf(host)).toEqual([installed(host)]);
    expect(await locateK6(host)).toEqual({ ...k6, from: 'cache' });
  });

  test('where the release has no archive for the platform', async () => {
    const host = await testHost({ arch: 'riscv64' });
    await writeGo(host);
    const notes: string[] = [];
    await installK6(host, { onProgress: (text, kind) => kind === 'note' && notes.push(text) });
    expect(notes[0]).toContain(`k6's release has no archive for ${host.platform} on riscv64`);
  });

  test.each([
    ['fails', 'echo "go: downloading x v1" >&2; echo "go: x@v1: SECURITY ERROR" >&2; exit 1', 'exited with 1', 'SECURITY ERROR'],
    ['makes nothing that runs', 'echo hello > "$6"', "can't be started", 'LOADKIT_K6'],
    [
      'makes another version',
      `echo '#!/bin/sh\necho "k6 v2.9.0 (x)"' > "$6"; /bin/chmod +x "$6"`,
      'is k6 2.9.0 and not 2.2.0',
      'LOADKIT_K6',
    ],
  ])('is refused when it %s', async (_, build, reason, alsoSaid) => {
    const host = await testHost({ arch: 'riscv64' });
    await writeGo(host, build);
    const error = await installK6(host).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    const { message, hint } = error as UserError;
    expect(message).toContain(reason);
    expect(message + hint).toContain(alsoSaid);
    expect(await cacheOf(host)).toEqual([]);
  });

  test('is stopped by Ctrl-C, and Go with it', async () => {
    const host = await testHost({ arch: 'riscv64' });
    const mark = path.join(host.folder, 'stopped');
    await writeGo(host, `trap 'echo > ${mark}; exit 1' INT; echo 'net/http' >&2; while :; do /bin/sleep 0.05; done`);
    const onProgress = (text: string) => /[1-9]\d* packages/.test(text) && host.interrupt();
    await expect(installK6(host, { onProgress })).rejects.toMatchObject({ exitCode: 105 });
    await host.fs.access(mark);
    expect(await cacheOf(host)).toEqual([]);
  });
});

describe('with no way left', () => {
  test('says every way out in one error', async () => {
    const host = await testHost({ env: { HTTPS_PROXY: 'http://proxy.example' } });
    const { release } = await serve(host);
    const port = await closedPort();
    const error = await installK6(host, { release: { ...release, baseUrl: new URL(`http://127.0.0.1:${port}/`) } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    const { message, hint, exitCode } = error as UserError;
    expect(message).toBe(
      `k6 2.2.0 is not installed: k6's release can't be had: 127.0.0.1:${port} can't be reached (ECONNREFUSED), and there is no Go on PATH to build it with`,
    );
    for (const way of ['on PATH', 'LOADKIT_K6', 'install Go 1.21', 'NODE_USE_ENV_PROXY=1']) expect(hint).toContain(way);
    expect(exitCode).toBe(104);
  });

  test('passes a Go over that is too old', async () => {
    const host = await testHost({ arch: 'riscv64' });
    await writeProgram(host, 'go', "echo 'go version go1.20.3 linux/amd64'");
    await expect(installK6(host)).rejects.toThrow('is Go 1.20.3, and 1.21 or newer is needed');
  });

  test('a cache that cannot be written to is the user’s to mend', async () => {
    const host = await testHost();
    await host.fs.writeFile(path.join(host.folder, 'home'), 'a file in the way');
    await expect(installK6(host)).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining('(ENOTDIR)') });
  });
});

function entry(script: string): ArchiveEntry {
  return { name: BINARY, data: `#!/bin/sh\n${script}\n` };
}
