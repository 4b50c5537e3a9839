import { BlockList, isIP } from 'node:net';
import { UserError } from './errors.ts';

/**
 * Where load may go. Two lines of defence: the host name of every target before anything is sent (`checkTarget`), and the addresses that k6 may
 * dial, whatever a script, a redirect or DNS says (`blockedRanges`, for k6's --blacklist-ip).
 */

/** Instance and task metadata: credentials live there, so no run may reach them. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
const METADATA_RANGES = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', 'fd20:ce::254/128', '100.100.100.200/32'];
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata', 'instance-data', 'instance-data.ec2.internal']);

const LOOPBACK_RANGES = ['127.0.0.0/8', '::1/128'];

const metadata = new BlockList();
for (const range of METADATA_RANGES) addRange(metadata, range);
const loopback = new BlockList();
for (const range of LOOPBACK_RANGES) addRange(loopback, range);

function addRange(list: BlockList, range: string): void {
  const [address = '', bits = ''] = range.split('/');
  list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const inList = (list: BlockList, address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

/** The host of a URL without brackets and trailing dot, in lower case. The URL parser has already turned `0x7f.1` and the like into dotted form. */
const hostOf = (url: URL): string =>
  url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

export function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || host.endsWith('.localhost') || inList(loopback, host);
}

const isAllowed = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => {
    const pattern = entry.toLowerCase();
    return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
  });

/**
 * @param text the URL given by the user, @param protocols such as `['http:', 'https:']`
 * @throws UserError 104 when it's no such URL, carries userinfo, is a metadata address, or its host is neither loopback nor allowed.
 */
export function checkTarget(text: string, protocols: readonly string[], allowedTargets: readonly string[]): URL {
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol) || url.hostname === '') {
    throw new UserError(
      'the target is not a URL that load can be sent to',
      `give one that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new UserError(
      `the target ${url.host} carries a user name or password in its URL`,
      'hand secrets to your script with -e NAME=VALUE instead',
    );
  }
  const host = hostOf(url);
  if (METADATA_NAMES.has(host) || inList(metadata, host)) {
    throw new UserError(`the target ${host} is a metadata address`, 'it hands out credentials: loadkit never sends anything there');
  }
  if (!isLoopback(url) && !isAllowed(host, allowedTargets)) {
    throw new UserError(
      `the target ${host} is neither on this machine nor an allowed target`,
      `if it is yours to load, add "${host}" to ext.loadkit.allowedTargets in k6.config.json`,
    );
  }
  return url;
}

/**
 * The ranges that k6 must not dial, in CIDR notation. With every target on loopback: all but loopback. Else: the metadata addresses.
 * https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/#blacklist-ip
 */
export const blockedRanges = (allLoopback: boolean): string[] => (allLoopback ? complement(LOOPBACK_RANGES) : METADATA_RANGES);

/** The ranges that cover every address outside of `ranges` (CIDR, IPv4 and IPv6; at least one of each family, else that family is covered whole). */
export function complement(ranges: readonly string[]): string[] {
  const of = (family: 4 | 6) => ranges.filter((range) => isIP(range.split('/')[0] ?? '') === family).map((range) => parseRange(range));
  return [...outside(of(4), 32).map((range) => formatRange(range, 32)), ...outside(of(6), 128).map((range) => formatRange(range, 128))];
}

interface Range {
  base: bigint;
  bits: number;
}

/** Splits the whole space in halves until a half is either free of all ranges (kept) or within one of them (dropped). */
function outside(ranges: readonly Range[], width: 32 | 128): Range[] {
  const split = (space: Range): Range[] => {
    const size = 1n << BigInt(width - space.bits);
    const touching = ranges.filter((range) => {
      const end = range.base + (1n << BigInt(width - range.bits));
      return range.base < space.base + size && end > space.base;
    });
    if (touching.length === 0) return [space];
    if (touching.some((range) => range.bits <= space.bits)) return [];
    const bits = space.bits + 1;
    return [...split({ base: space.base, bits }), ...split({ base: space.base + size / 2n, bits })];
  };
  return split({ base: 0n, bits: 0 });
}

function parseRange(range: string): Range {
  const [address = '', bits = ''] = range.split('/');
  return { base: isIP(address) === 6 ? parseIPv6(address) : parseIPv4(address), bits: Number(bits) };
}

const parseIPv4 = (address: string): bigint => address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(Number(part)), 0n);

function parseIPv6(address: string): bigint {
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const zeros = address.includes('::') ? Array<string>(8 - groups(head).length - groups(tail).length).fill('0') : [];
  return [...groups(head), ...zeros, ...groups(tail)].reduce((sum, group) => (sum << 16n) + BigInt(Number.parseInt(group, 16)), 0n);
}

function formatRange({ base, bits }: Range, width: 32 | 128): string {
  if (width === 32) return `${[24n, 16n, 8n, 0n].map((shift) => (base >> shift) & 255n).join('.')}/${bits}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((base >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return `${groups.join(':')}/${bits}`;
}
