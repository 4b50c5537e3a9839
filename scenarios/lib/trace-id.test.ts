import { describe, expect, it } from 'vitest';
import { tracePrefix, traceRoots } from './trace-id.ts';

const PREFIX = '1-0123abcd-89abcdef';

describe('tracePrefix', () => {
  it('keeps the given one', () => expect(tracePrefix(PREFIX, 0, 0)).toBe(PREFIX));

  it('makes one of the time and of random bits', () => expect(tracePrefix(undefined, 0x6500_0000 * 1000, 7)).toBe('1-65000000-00000007'));

  it.each(['1-0123abcd', '1-0123ABCD-89abcdef', `${PREFIX}0`, 'nonsense'])('refuses %s', (given) =>
    expect(() => tracePrefix(given, 0, 0)).toThrow('LOADKIT_TRACE_PREFIX does not fit'),
  );
});

describe('traceRoots', () => {
  const many = (vu: number, nowMs: number) => {
    const next = traceRoots(PREFIX, vu, nowMs);
    return Array.from({ length: 1000 }, next);
  };

  it('gives roots as X-Ray wants them, beginning with the prefix', () => {
    for (const root of many(100_000, 1_795_000_000_000)) {
      expect(root).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
      expect(root.startsWith(PREFIX)).toBe(true);
    }
  });

  it('never repeats one: not within a VU, not between VUs, not between setup and a later teardown', () => {
    const roots = [...many(0, 1_795_000_000_000), ...many(0, 1_795_000_060_000), ...many(1, 1_795_000_000_000)];
    expect(new Set(roots).size).toBe(roots.length);
  });
});
