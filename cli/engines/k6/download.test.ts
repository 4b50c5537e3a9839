import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileServer } from '../../../tests/file-server.ts';
import { testHost } from '../../../tests/test-host.ts';
import { UserError } from '../../errors.ts';
import { download, downloadText, isHopAllowed, probe, type Request, Unreachable } from './download.ts';

const LIMITS = { connectMs: 5_000, stallMs: 5_000, totalMs: 10_000 };

const requestOf = (url: URL, overrides: Partial<Request> = {}): Request => ({
  url,
  bytesMax: 1_000,
  limits: LIMITS,
  signal: new AbortController().signal,
  ...overrides,
});

describe('where a request may go', () => {
  test.each([
    ['https://github.com/a', 'https://elsewhere.example/b', true],
    ['https://github.com/a', 'http://github.com/a', false],
    ['https://github.com/a', 'http://127.0.0.1:80/a', false],
    ['https://github.com/a', 'file:///etc/passwd', false],
    ['http://127.0.0.1:8000/a', 'http://127.0.0.1:8000/b', true],
    ['http://127.0.0.1:8000/a', 'http://127.0.0.1:8001/b', false],
    ['http://127.0.0.1:8000/a', 'http://example.com/b', false],
    ['http://example.com/a', 'http://example.com/a', false],
  ])('from %s to %s: %j', (from, to, allowed) => {
    expect(isHopAllowed(new URL(from), new URL(to))).toBe(allowed);
  });

  test('plain http to another machine is refused before anything is sent', async () => {
    await expect(downloadText(requestOf(new URL('http://example.invalid/a')))).rejects.toThrow('http://example.invalid/a is not https');
  });
});

describe('downloading', () => {
  test('follows a redirect and hands back the SHA-256 of what was written', async () => {
    const { baseUrl } = await fileServer({ old: (_, response) => response.writeHead(302, { location: '/new' }).end(), new: 'abc' });
    const host = await testHost();
    const file = path.join(host.folder, 'file');
    const progress: unknown[] = [];
    const sha256 = await download(host, file, requestOf(new URL('old', baseUrl)), (...bytes) => progress.push(bytes));
    // FIPS 180-2, appendix B.1
    expect(sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await host.fs.readFile(file, 'utf8')).toBe('abc');
    expect(progress).toEqual([[3, 3]]);
  });

  test('refuses more than it asked for, announced or not', async () => {
    const { baseUrl } = await fileServer({ announced: 'x'.repeat(1_001), quiet: (_, response) => response.end('x'.repeat(1_001)) });
    for (const name of ['announced', 'quiet']) {
      const attempt = downloadText(requestOf(new URL(name, baseUrl)));
      await expect(attempt).rejects.toThrow(UserError);
      await expect(attempt).rejects.toThrow('sends more than the 1000 bytes');
    }
  });

  test.each([
    ['an error', 'gone', 'answered 404'],
    ['a connection that breaks off', 'torn', "can't be reached (UND_ERR_SOCKET)"],
    ['redirects without end', 'loop', 'redirects more than 5 times'],
    ['silence instead of an answer', 'mute', 'gave no answer within 0.1 s'],
    ['silence amid the answer', 'stalled', 'sent nothing for 0.1 s'],
  ])('%s makes the server unreachable', async (_, name, reason) => {
    const { baseUrl } = await fileServer({
      torn: (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
      },
      loop: (_, response) => response.writeHead(302, { location: '/loop' }).end(),
      mute: () => {},
      stalled: (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('half'),
    });
    const limits = { ...LIMITS, ...(name === 'mute' ? { connectMs: 100 } : {}), ...(name === 'stalled' ? { stallMs: 100 } : {}) };
    const attempt = downloadText(requestOf(new URL(name, baseUrl), { limits }));
    await expect(attempt).rejects.toThrow(Unreachable);
    await expect(attempt).rejects.toThrow(reason);
  });

  test('a steady trickle ends at the total', async () => {
    const { baseUrl } = await fileServer({
      trickle: (_, response) => {
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
    });
    const attempt = downloadText(requestOf(new URL('trickle', baseUrl), { limits: { ...LIMITS, totalMs: 150 } }));
    await expect(attempt).rejects.toThrow(Unreachable);
  });

  test('an interruption ends it with its own reason', async () => {
    const { baseUrl } = await fileServer({ mute: () => interruption.abort(new Error('enough')) });
    const interruption = new AbortController();
    await expect(downloadText(requestOf(new URL('mute', baseUrl), { signal: interruption.signal }))).rejects.toThrow('enough');
  });
});

test('a probe asks for the head alone', async () => {
  const methods: (string | undefined)[] = [];
  const { baseUrl } = await fileServer({
    there: (request, response) => {
      methods.push(request.method);
      response.end();
    },
  });
  expect(await probe(requestOf(new URL('there', baseUrl)))).toBeNull();
  expect(await probe(requestOf(new URL('gone', baseUrl)))).toBe(`${baseUrl.host} answered 404`);
  expect(methods).toEqual(['HEAD']);
});
