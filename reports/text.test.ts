import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOSTILE_TEXTS } from '../tests/hostile.ts';
import { glueUnits, visible } from './text.ts';

describe('glueUnits', () => {
  it('keeps figures with their units and bounds, and leaves words alone', () => {
    expect(glueUnits('p95 5.91 s (target < 2 s), 1.8 % of 20 users, 5 hosts').replaceAll('\u00A0', '_')).toBe(
      'p95 5.91_s (target <_2_s), 1.8_% of 20 users, 5 hosts',
    );
  });
});

describe('visible', () => {
  it('leaves ordinary text as it is, in any script', () => {
    for (const text of ['GET /characters/:id', 'é', '日本語', 'שלום', '👩‍👩‍👧']) expect(visible(text)).toBe(text);
  });

  it('spells out what would act: controls, direction overrides, separators, lone surrogates', () => {
    expect(visible('a\u202Eb')).toBe('a⟨U+202E⟩b');
    expect(visible('\u001b[2J')).toBe('⟨U+001B⟩[2J');
    expect(visible('a\u2028b')).toBe('a⟨U+2028⟩b');
    expect(visible('\uD800')).toBe('⟨U+D800⟩');
  });

  it('makes one line of several', () => {
    expect(visible('one\r\n\ttwo')).toBe('one two');
  });

  it('has a bound, and does not cut a character in half', () => {
    expect(visible('x'.repeat(1_000_000)).length).toBeLessThan(2100);
    expect(visible(`${'x'.repeat(1999)}🐉`)).toMatch(/x⟨U\+D83D⟩…$/);
  });

  it('never lets a character through that XML forbids or a terminal obeys', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary' })), (text) => {
        expect(visible(text)).toMatch(/^[\P{C}\p{Cf}\p{Co}\p{Cn}]*$/u);
        expect(visible(text).isWellFormed()).toBe(true);
      }),
    );
  });
});
