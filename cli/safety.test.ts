import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from './errors.ts';
import { blockedRanges, checkTarget, complement, isLoopback } from './safety.ts';

const HTTP = ['http:', 'https:'];
const listOf = (ranges: readonly string[]) => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
};

describe('checkTarget', () => {
  it.each(['http://127.0.0.1:3000', 'http://localhost/x', 'https://[::1]:8443', 'http://127.8.9.10', 'http://0x7f.1/'])(
    'takes %s, on loopback',
    (text) => {
      expect(isLoopback(checkTarget(text, HTTP, []))).toBe(true);
    },
  );

  it('takes an allowed host, and what is below a wildcard', () => {
    expect(checkTarget('https://api.example.com/v1', HTTP, ['API.example.com']).host).toBe('api.example.com');
    expect(checkTarget('https://a.b.example.com', HTTP, ['*.example.com']).host).toBe('a.b.example.com');
  });

  it.each([
    ['http://example.com', []],
    ['http://10.0.0.1', []],
    ['http://example.com', ['*.example.com']],
    ['http://evilexample.com', ['*.example.com']],
    ['http://example.com.evil.test', ['example.com']],
    ['http://localhost.evil.test', []],
    ['http://127.0.0.1.evil.test', []],
    ['http://user:pw@127.0.0.1', []],
    ['ftp://127.0.0.1', []],
    ['127.0.0.1:80', []],
    ['', []],
    ['http://169.254.169.254/latest', ['169.254.169.254']],
    ['http://[::ffff:169.254.169.254]/', ['[::ffff:a9fe:a9fe]', '::ffff:a9fe:a9fe']],
    ['http://2852039166/', ['2852039166', '169.254.169.254']],
    ['http://169.254.170.2/v2/credentials', ['169.254.170.2']],
    ['http://[fd00:ec2::254]/', ['fd00:ec2::254']],
    ['http://metadata.google.internal./', ['metadata.google.internal']],
  ])('refuses %s with %j allowed', (text, allowed) => {
    expect(() => checkTarget(text, HTTP, allowed)).toThrow(UserError);
  });

  it('does not repeat a password in its message', () => {
    expect(() => checkTarget('http://ann:hunter2@127.0.0.1', HTTP, [])).toThrow(/^(?!.*hunter2)/);
  });
});

describe('complement', () => {
  // One list for each family: BlockList holds an IPv4 address against IPv6 ranges too, as its mapped form, which Go (and so k6) does not.
  const ofFamily = (six: boolean) => listOf(blockedRanges(true).filter((range) => range.includes(':') === six));
  const blocked4 = ofFamily(false);
  const blocked6 = ofFamily(true);

  it('covers every IPv4 address outside of loopback, and none inside', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(blocked4.check(address, 'ipv4')).toBe(!address.startsWith('127.'));
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(blocked4.check(address.replace(/^\d+/, '127'), 'ipv4')).toBe(false);
      }),
    );
  });

  it('covers every IPv6 address but ::1', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(!address.includes('.'));
        expect(blocked6.check(address, 'ipv6')).toBe(address !== '::1');
      }),
    );
    expect(blocked6.check('::1', 'ipv6')).toBe(false);
    expect(blocked6.check('::', 'ipv6')).toBe(true);
    expect(blocked6.check('::2', 'ipv6')).toBe(true);
  });

  it('is the smallest such list for one range', () => {
    expect(complement(['127.0.0.0/8', '::1/128']).filter((range) => !range.includes(':'))).toEqual([
      '0.0.0.0/2',
      '64.0.0.0/3',
      '96.0.0.0/4',
      '112.0.0.0/5',
      '120.0.0.0/6',
      '124.0.0.0/7',
      '126.0.0.0/8',
      '128.0.0.0/1',
    ]);
  });

  it('always holds the metadata addresses', () => {
    expect(listOf(blockedRanges(false)).check('169.254.169.254', 'ipv4')).toBe(true);
    expect(blocked4.check('169.254.169.254', 'ipv4')).toBe(true);
  });
});
