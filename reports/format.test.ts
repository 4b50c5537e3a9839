import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  clock,
  count,
  duration,
  instant,
  interval,
  milliseconds,
  number,
  percent,
  quantity,
  quantityBeside,
  tabular,
} from './format.ts';

describe('numbers', () => {
  it('have three significant digits, and all of their whole part', () => {
    expect([0.042_13, 3.1362, 142.4, 2413.4, 1_234_567, 0, -12.34].map((value) => number(value))).toEqual([
      '0.0421',
      '3.14',
      '142',
      '2,413',
      '1,234,567',
      '0',
      '-12.3',
    ]);
  });

  it('never show a value that was not measured as zero', () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const format of [number, count, milliseconds, duration, percent, bytes, tabular]) expect(format(value)).toBe('–');
      expect(quantity(value, 'requests/s')).toBe('–');
      expect(quantityBeside(value, 1, 'ms')).toBe('not measured');
    }
  });

  it('never show something as nothing in a column', () => {
    expect([0, 0.01, 9, 99.96, 2413.4].map(tabular)).toEqual(['0.0', '< 0.1', '9.0', '100', '2,413']);
  });
});

describe('units', () => {
  it('choose the one that reads best', () => {
    expect([0.42, 412.3, 1999, 72_000].map((ms) => milliseconds(ms))).toEqual(['0.42 ms', '412 ms', '2 s', '1 min 12 s']);
    expect([0.5, 45, 300, 90, 3900, 7200].map(duration)).toEqual(['0.5 s', '45 s', '5 min', '1 min 30 s', '1 h 5 min', '2 h']);
    expect([0, 999, 118_000_000, 8_201_000_000].map((n) => bytes(n))).toEqual(['0 bytes', '999 bytes', '118 MB', '8.2 GB']);
    expect([0, 65, 3725].map(clock)).toEqual(['0:00', '1:05', '1:02:05']);
  });

  it('know the ones of the contract, and pass others on', () => {
    expect(quantity(0.0312, 'ratio')).toBe('3.1 %');
    expect(quantity(216.4, 'requests/s')).toBe('216 requests/s');
    expect(quantity(0.2, 's')).toBe('200 ms');
    expect(quantity(12, '')).toBe('12');
  });
});

describe('shares', () => {
  it('take their digits from the nearer end', () => {
    expect([0, 1, 0.5, 0.0312, 0.9995, 0.998_41].map((share) => percent(share))).toEqual([
      '0 %',
      '100 %',
      '50 %',
      '3.1 %',
      '99.95 %',
      '99.84 %',
    ]);
  });

  it('are not rounded to all or nothing', () => {
    expect(percent(1 - 1e-9)).toBe('> 99.9999 %');
    expect(percent(1e-9)).toBe('< 0.0001 %');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }), (share) => {
        expect(['0 %', '100 %']).not.toContain(percent(share));
      }),
    );
  });
});

describe('a value beside its limit', () => {
  it('has as many digits as it takes to tell the two apart', () => {
    expect(quantityBeside(1999.4, 2000, 'ms')).toBe('1.999 s');
    expect(quantityBeside(0.010_04, 0.01, 'ratio')).toBe('1.004 %');
    expect(quantityBeside(500, 500, 'ms')).toBe('500 ms');
    expect(quantityBeside(412, 500, 'ms')).toBe('412 ms');
  });
});

describe('intervals and instants', () => {
  it('name the unit once where both ends share it', () => {
    expect(interval([131, 155], 'ms')).toBe('131 to 155 ms');
    expect(interval([980, 1200], 'ms')).toBe('980 ms to 1.2 s');
    expect(interval(null, 'ms')).toBe('–');
  });

  it('are in UTC, and a text that is no time stays what it is', () => {
    expect(instant('2026-11-24T02:44:31.123Z')).toBe('2026-11-24 02:44:31 UTC');
    expect(instant('soon')).toBe('soon');
    expect(instant(null)).toBe('–');
  });
});
