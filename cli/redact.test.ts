import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, makeRedact } from './redact.ts';

const redact = makeRedact();

describe('redact', () => {
  it.each([
    ['userinfo', 'GET https://ann:hunter2@api.test/x', 'hunter2'],
    ['userinfo with @ in the password', 'https://ann:p@ss-w0rd@api.test/x', 'ss-w0rd'],
    ['user alone', 'wss://s3cr3tuser@api.test/', 's3cr3tuser'],
    ['token in a query', 'wss://api.test/chat?token=abc123&x=1', 'abc123'],
    ['token in the middle', 'https://h/x?a=1&access_token=abc123#f', 'abc123'],
    ['encoded', 'redirect=%2Fx%3Ftoken%3Dabc123', 'abc123'],
    ['presigned', 'https://b/x?X-Amz-Signature=deadbeef99&X-Amz-Credential=AAAA%2F2026', 'deadbeef99'],
    ['jwt', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_1 back', 'eyJzdWIiOiIxIn0'],
    ['bearer', 'Authorization: Bearer abcdef0123', 'abcdef0123'],
    ['basic', 'authorization: basic YW5uOmh1bnRlcg==', 'YW5uOmh1bnRlcg'],
    ['access key id', 'key AKIAIOSFODNN7EXAMPLE here', 'AKIAIOSFODNN7EXAMPLE'],
    ['session key id', 'ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    ['json', '{"password": "hunter2", "name": "ann"}', 'hunter2'],
    ['escaped json', '{"msg":"body {\\"token\\":\\"abc123\\"}"}', 'abc123'],
    ['assignment', 'aws_secret_access_key=wJalrXUtnFEMI/K7MDENG', 'wJalrXUtnFEMI'],
    ['header', 'x-api-key: abc123def', 'abc123def'],
    ['header with a scheme of its own', 'Authorization: Token abc123def', 'abc123def'],
    ['cookie', 'Set-Cookie: sid=abc123def; Path=/', 'abc123def'],
    ['headers as k6 has them', '{"headers":{"Authorization":["Token abc123def"]}}', 'abc123def'],
    ['assignment with spaces', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'wJalrXUtnFEMI'],
    ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('hides %s', (_what, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('***');
  });

  it.each([
    'GET /characters/:id',
    'POST /auth/refresh',
    'ERR: connect ECONNREFUSED 127.0.0.1:3000',
    'http://127.0.0.1:8080/market?limit=20&cursor=x',
    'token expired',
    '1-6a0b1c2d-0011223344556677',
  ])('leaves %s', (text) => expect(redact(text)).toBe(text));

  it('hides known values wherever they stand', () => {
    expect(makeRedact(['open sesame'])('said "open sesame" twice: open sesame')).toBe('said "***" twice: ***');
  });

  it('hides known values in every spelling that a log or a URL may have', () => {
    const secret = 'p"a\\s&<s w/ä';
    // What Go's JSON makes of it: https://pkg.go.dev/encoding/json#Marshal
    const go = 'p\\"a\\\\s\\u0026\\u003cs w/ä';
    for (const spelled of [secret, JSON.stringify(secret), encodeURIComponent(secret), go])
      expect(makeRedact([secret])(`x ${spelled} y`)).toMatch(/^x "?\*\*\*"? y$/);
  });

  it('takes time in proportion to the text, whatever is in it', () => {
    const unit = ['y', 'a.', 'a-', 'token', 'secret=', '"token', '\\', '"', 'http://', 'authorization: ', 'eyJ', 'basic '];
    const ms = (text: string) => {
      const startMs = performance.now();
      redact(text);
      return performance.now() - startMs;
    };
    const measured = unit.map((part) => {
      const text = part.repeat(8_000 / part.length);
      redact(text);
      const best = (of: string) => Math.min(...Array.from({ length: 3 }, () => ms(of)));
      return { part, ratio: best(text.repeat(8)) / Math.max(best(text), 0.05) };
    });
    // 8 times the text: 8 times the time where it is linear, 64 times where it is quadratic.
    expect(measured.filter(({ ratio }) => ratio > 30)).toEqual([]);
  });

  it('is idempotent, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
    );
  });

  it('finds a token in whatever stands around it', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: false }), fc.stringMatching(/^[a-z0-9]{12}$/), (url, secret) => {
        expect(redact(`${url}?token=zz${secret}`)).not.toContain(secret);
      }),
    );
  });

  it('knows secret names', () => {
    expect(['PASSWORD', 'API_KEY', 'AWS_SECRET_ACCESS_KEY', 'authToken', 'key'].every(isSecretName)).toBe(true);
    expect(['USERS', 'BASE_URL', 'monkeys'].some(isSecretName)).toBe(false);
  });
});
