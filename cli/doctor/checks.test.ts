import { type AddressInfo, createServer } from 'node:net';
import * as path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, fileServer } from '../../tests/file-server.ts';
import { k6Script, testHost, writeProgram } from '../../tests/test-host.ts';
import type { Release } from '../engines/k6/release.ts';
import type { Host } from '../host.ts';
import { awsCredentials } from './aws-credentials.ts';
import { chromium } from './chromium.ts';
import { disk } from './disk.ts';
import { fileDescriptors } from './file-descriptors.ts';
import { go } from './go.ts';
import { checkK6 } from './k6.ts';
import { node } from './node.ts';
import { redis } from './redis.ts';

test.each([
  ['22.18.0', 'ok'],
  ['24.21.0', 'ok'],
  ['22.17.9', 'missing'],
  ['20.20.2', 'missing'],
])('Node %s is %s', async (nodeVersion, status) => {
  expect(await node.check(await testHost({ nodeVersion }))).toMatchObject({ status, found: expect.stringContaining(nodeVersion) });
});

describe('k6', () => {
  const HASH = 'a'.repeat(64);
  const releaseAt = (host: Host, baseUrl: URL, sha256: string | null): Release => ({
    baseUrl,
    checksums: 'checksums.txt',
    assets: { [`${host.platform}-${host.arch}`]: { name: 'k6.zip', format: 'zip', binary: 'k6/k6', sha256 } },
  });

  test('of your own is told with its path, and that it is not checked', async () => {
    const host = await testHost();
    const file = await writeProgram(host, 'k6', k6Script('2.2.0'));
    const answer = await checkK6(host, releaseAt(host, new URL('http://127.0.0.1/'), null));
    expect(answer).toEqual({
      status: 'ok',
      found: `k6 2.2.0 (PATH) at ${file}: your own, not checked by loadkit`,
      details: { path: file, version: '2.2.0', from: 'PATH', sha256: null, verifiedBy: 'none' },
    });
  });

  test('that LOADKIT_K6 promises but is not there is missing', async () => {
    const host = await testHost({ env: { LOADKIT_K6: 'gone' } });
    const answer = await checkK6(host, releaseAt(host, new URL('http://127.0.0.1/'), null));
    expect(answer).toMatchObject({ status: 'missing', fix: expect.stringContaining('LOADKIT_K6') });
  });

  test.each([
    [HASH, 'pinned-sha256', 'the SHA-256 pinned in loadkit'],
    [null, 'release-checksums', "the release's own checksum file"],
  ])(
    'that a first run downloads, pinned %j: what it is checked against is told, and nothing is installed',
    async (sha256, verifiedBy, said) => {
      const host = await testHost();
      const { baseUrl, requested } = await fileServer({ 'k6.zip': 'x' });
      const answer = await checkK6(host, releaseAt(host, baseUrl, sha256));
      expect(answer).toMatchObject({
        status: 'ok',
        found: expect.stringContaining(said),
        details: { from: 'release', sha256, verifiedBy },
      });
      expect(requested).toEqual(['k6.zip']);
      await expect(host.fs.access(path.join(host.folder, 'home'))).rejects.toThrow('ENOENT');
    },
  );

  test('that a first run would have to build is a warning, or missing where there is no Go', async () => {
    const host = await testHost();
    const release = releaseAt(host, new URL(`http://127.0.0.1:${await closedPort()}/`), HASH);
    expect(await checkK6(host, release)).toMatchObject({ status: 'missing', found: expect.stringContaining('there is no Go on PATH') });
    await writeProgram(host, 'go', "echo 'go version go1.26.8 linux/amd64'");
    const answer = await checkK6(host, release);
    expect(answer).toMatchObject({ status: 'warn', found: expect.stringContaining('with Go 1.26.8 (not tried here)') });
  });
});

test('Go is told with its version, and where there is none that it is rarely needed', async () => {
  const host = await testHost();
  expect(await go.check(host)).toMatchObject({ status: 'warn', found: 'there is no Go on PATH' });
  const file = await writeProgram(host, 'go', "echo 'go version go1.26.8 linux/amd64'");
  expect(await go.check(host)).toMatchObject({ status: 'ok', found: `Go 1.26.8 at ${file}` });
});

describe('Redis', () => {
  test('on PATH is told with its version', async () => {
    const host = await testHost();
    expect(await redis.check(host)).toMatchObject({
      status: 'warn',
      found: expect.stringContaining('neither REDIS_URL nor a redis-server'),
    });
    const file = await writeProgram(host, 'redis-server', "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'");
    expect(await redis.check(host)).toMatchObject({ status: 'ok', found: `redis-server 7.0.15 at ${file}` });
  });

  test('at REDIS_URL is asked, with its password, which is not shown', async () => {
    const commands: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const said = data.toString();
        commands.push(said);
        // A command is an array of strings, the first of them its name: https://redis.io/docs/latest/develop/reference/protocol-spec/
        for (const [, name] of said.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) socket.write(name === 'PING' ? '+PONG\r\n' : '+OK\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await redis.check(await testHost({ env: { REDIS_URL: `redis://user:pa55word@${at}` } }));
    expect(answer).toMatchObject({ status: 'ok', found: `REDIS_URL: ${at} answers` });
    expect(commands.join('')).toContain('pa55word');
    expect(JSON.stringify(answer)).not.toContain('pa55word');
  });

  test('at a REDIS_URL that nobody answers at is a warning without the password', async () => {
    const at = `127.0.0.1:${await closedPort()}`;
    const answer = await redis.check(await testHost({ env: { REDIS_URL: `redis://:pa55word@${at}` } }));
    expect(answer).toMatchObject({ status: 'warn', found: `REDIS_URL: ${at} doesn't answer (ECONNREFUSED)` });
    expect(JSON.stringify(answer)).not.toContain('pa55word');
  });

  test.each(['not a url', 'http://127.0.0.1:6379'])('REDIS_URL=%j is a warning', async (url) => {
    expect(await redis.check(await testHost({ env: { REDIS_URL: url } }))).toMatchObject({
      status: 'warn',
      found: 'REDIS_URL is no URL of a Redis',
    });
  });
});

test('Chromium is found by any of its names', async () => {
  const host = await testHost({ platform: 'linux' });
  expect(await chromium.check(host)).toMatchObject({ status: 'warn', found: 'none' });
  const file = await writeProgram(host, 'google-chrome', 'exit');
  expect(await chromium.check(host)).toMatchObject({ status: 'ok', found: file });
});

describe('AWS credentials', () => {
  const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

  test.each<[string, Record<string, string>, string]>([
    ['keys', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET }, 'keys in the environment'],
    ['a web identity', { AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: 'arn' }, 'a web identity'],
    ['a task role', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/secret-id' }, "the container's role"],
  ])('are found in the environment as %s, without a value being shown', async (_, env, source) => {
    const answer = await awsCredentials.check(await testHost({ platform: 'freebsd', env: { ...env, AWS_REGION: 'eu-central-1' } }));
    expect(answer).toMatchObject({ status: 'ok', found: expect.stringContaining(source) });
    expect(answer.found).toContain('region eu-central-1');
    for (const value of Object.values(env)) if (value.length > 3) expect(JSON.stringify(answer)).not.toContain(value);
  });

  test.each([
    ['credentials', '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE', undefined, 'ok'],
    ['credentials', '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE', 'dev', 'warn'],
    ['credentials', '[dev]\ncredential_process = /bin/x', 'dev', 'ok'],
    ['config', '[default]\nregion = eu-central-1', undefined, 'warn'],
    ['config', '[profile dev]\r\nsso_session = mine\r\n', 'dev', 'ok'],
    ['config', '[dev]\nsso_session = mine', 'dev', 'warn'],
  ])('in ~/.aws/%s with %j and AWS_PROFILE=%s are %s', async (name, text, profile, status) => {
    const host = await testHost({ platform: 'freebsd', env: profile === undefined ? {} : { AWS_PROFILE: profile } });
    await host.fs.mkdir(path.join(host.folder, 'home/.aws'), { recursive: true });
    await host.fs.writeFile(path.join(host.folder, 'home/.aws', name), text);
    const answer = await awsCredentials.check(host);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer)).not.toContain('AKIA');
  });

  test.each([
    ['Amazon EC2\n', {}, 'ok'],
    ['Amazon EC2\n', { AWS_EC2_METADATA_DISABLED: 'true' }, 'warn'],
    ['QEMU\n', {}, 'warn'],
  ])('on a machine by %j with %j are %s, with no network asked', async (vendor, env, status) => {
    const host = await testHost({ platform: 'linux', env });
    const readFile = (async (file: string) => {
      if (file === '/sys/class/dmi/id/sys_vendor') return vendor;
      throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    }) as unknown as typeof host.fs.readFile;
    expect(await awsCredentials.check({ ...host, fs: { ...host.fs, readFile } })).toMatchObject({ status });
  });
});

describe('disk', () => {
  const withFree = async (freeMb: number): Promise<Host> => {
    const host = await testHost();
    const statfs = (async () => ({ bavail: freeMb * 1000, bsize: 1000 })) as unknown as typeof host.fs.statfs;
    return { ...host, fs: { ...host.fs, statfs } };
  };

  test.each([
    [10_000, 'ok'],
    [400, 'warn'],
    [49, 'missing'],
  ])('with %d MB is %s', async (freeMb, status) => {
    expect(await disk.check(await withFree(freeMb))).toMatchObject({ status, details: { runFolderFreeMb: freeMb, cacheFreeMb: freeMb } });
  });

  test('looks above a cache that is not there yet, and takes what it cannot see for a warning', async () => {
    const host = await testHost();
    expect((await disk.check(host)).details?.['cacheFreeMb']).toBeGreaterThan(0);
    const statfs = (() => Promise.reject(new Error('not supported'))) as unknown as typeof host.fs.statfs;
    const answer = await disk.check({ ...host, fs: { ...host.fs, statfs } });
    expect(answer).toMatchObject({ status: 'warn', details: { runFolderFreeMb: null, cacheFreeMb: null } });
  });
});

describe('file descriptors', () => {
  /** A host whose shell answers `said` to `ulimit -n`. */
  const withLimit = async (said: string): Promise<Host> => {
    const host = await testHost({ platform: 'linux' });
    return { ...host, spawn: (_command, _args, options) => host.spawn('/bin/sh', ['-c', `echo ${said}`], options) };
  };

  test.each([
    ['2256', 'ok', 1_000],
    ['2255', 'warn', 999],
    ['100', 'warn', 0],
    ['unlimited', 'ok', null],
  ])('of %s are %s', async (said, status, usersMax) => {
    expect(await fileDescriptors.check(await withLimit(said))).toMatchObject({ status, details: { usersMax } });
  });

  test('that cannot be read are a warning', async () => {
    expect(await fileDescriptors.check(await withLimit('?'))).toMatchObject({
      status: 'warn',
      found: expect.stringContaining("can't be read"),
    });
  });

  test('are read from the shell here', async () => {
    const { details } = await fileDescriptors.check(await testHost());
    expect(details).toHaveProperty('limit');
  });
});
