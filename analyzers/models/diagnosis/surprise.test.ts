import { describe, expect, it } from 'vitest';
import { randomSource } from '../random.ts';
import { alarmLevel, degreesOf, surprise, upwardSpread } from './surprise.ts';

describe('surprise', () => {
  it('is −ln of the tail of Student’s t: t(4) = 2.132 for 5 %, 3.747 for 1 % (Abramowitz & Stegun, table 26.10)', () => {
    expect(surprise(2.132, 4)).toBeCloseTo(-Math.log(0.05), 2);
    expect(surprise(3.747, 4)).toBeCloseTo(-Math.log(0.01), 2);
    expect(surprise(6.314, 1)).toBeCloseTo(-Math.log(0.05), 2);
  });

  it('grows with the deviation, and is a coin’s where there is none', () => {
    expect(surprise(0, 4)).toBe(Math.LN2);
    expect(surprise(-5, 4)).toBe(Math.LN2);
    expect(surprise(100, 4)).toBeGreaterThan(surprise(10, 4));
  });

  it('says less where few windows told the spread', () => {
    expect(degreesOf(118)).toBe(4);
    expect(degreesOf(3.5)).toBe(2);
    expect(degreesOf(0.4)).toBe(1);
    expect(surprise(10, degreesOf(2))).toBeLessThan(surprise(10, degreesOf(100)));
  });
});

describe('upwardSpread', () => {
  const random = randomSource(7);
  const normal = Array.from({ length: 4000 }, () => 5 + 2 * random.normal());

  it('is the standard deviation of a normal distribution', () => {
    const { centre, spread } = upwardSpread(normal, 0);
    expect(centre).toBeCloseTo(5, 0);
    expect(spread / 2).toBeCloseTo(1, 1);
  });

  it('is not spoilt by an incident in one of thirty windows, but knows bursts in one of ten', () => {
    const burst = (every: number) => normal.map((value, i) => (i % every === 0 ? 500 : value));
    expect(upwardSpread(burst(30), 0).spread).toBeLessThan(3);
    expect(upwardSpread(burst(10), 0).spread).toBeGreaterThan(200);
  });

  it('is never less than the floor', () => {
    expect(upwardSpread([3, 3, 3], 0.1)).toEqual({ centre: 3, spread: 0.1 });
  });
});

describe('alarmLevel', () => {
  const random = randomSource(8);
  const exponential = Array.from({ length: 5000 }, () => -Math.log(1 - random.uniform()));

  it('is exceeded by one in fifty of an exponential tail', () => {
    const level = alarmLevel(exponential, 0);
    expect(exponential.filter((value) => value > level).length / 5000).toBeCloseTo(0.02, 2);
  });

  it('is not lifted out of reach by incidents in the normal file', () => {
    const with5percent = exponential.map((value, i) => (i % 20 === 0 ? 40 : value));
    expect(alarmLevel(with5percent, 0)).toBeLessThan(6);
  });

  it('is never below the floor', () => {
    expect(alarmLevel([0.7, 0.7], 9)).toBe(9);
  });
});
