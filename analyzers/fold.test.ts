import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from './contract.ts';
import { fold, worse } from './fold.ts';

const verdict = fc.constantFrom<Verdict>('pass', 'warn', 'inconclusive', 'fail');

describe('fold', () => {
  it('has fail outrank inconclusive, inconclusive outrank warn, and warn outrank pass', () => {
    expect(fold(['pass', 'fail', 'inconclusive', 'warn'])).toBe('fail');
    expect(fold(['pass', 'inconclusive', 'warn'])).toBe('inconclusive');
    expect(fold(['warn', 'pass'])).toBe('warn');
    expect(fold(['pass', 'skipped'])).toBe('pass');
  });

  it('is associative, commutative and idempotent, and skipped or nothing changes nothing', () => {
    fc.assert(
      fc.property(verdict, verdict, verdict, (a, b, c) => {
        expect(worse(worse(a, b), c)).toBe(worse(a, worse(b, c)));
        expect(worse(a, b)).toBe(worse(b, a));
        expect(worse(a, a)).toBe(a);
        expect(fold([a, 'skipped', b])).toBe(worse(a, b));
        expect(fold([a])).toBe(a);
        expect(fold([])).toBe('pass');
      }),
      { seed: 7 },
    );
  });
});
