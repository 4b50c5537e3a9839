import { describe, expect, it } from 'vitest';
import { duration, figure, percent, plural } from './words.ts';

describe('figure', () => {
  it.each([
    [0, '0'],
    [0.04213, '0.0421'],
    [3.20789, '3.21'],
    [999.9, '1,000'],
    [1234.5, '1,235'],
  ])('%d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [0.0312, '3.12 %'],
    [0.999, '99.9 %'],
    [0.99999, '99.999 %'],
    [1, '100 %'],
  ])('%d is %s', (value, text) => {
    expect(percent(value)).toBe(text);
  });
});

describe('plural', () => {
  it('counts', () => {
    expect(plural(1, 'request')).toBe('1 request');
    expect(plural(2995, 'request')).toBe('2,995 requests');
  });
});

describe('duration', () => {
  it.each([
    [44.2, '45 s'],
    [272, '5 min'],
    [7201, '3 h'],
  ])('%d is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
