import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../scenarios/lib/settings.ts';
import { DURATION_MAX_S, STEPS_MAX, USERS_MAX } from './bounds.ts';
import { sayTest } from './next-test.ts';

const tested = (...users: number[]) => users.map((each) => ({ scenario: 'mixed', users: each }));
const NO_FURTHER = 'No test of this command goes beyond 100,000 users.';

describe('sayTest', () => {
  it.each([
    ['more loads', tested(50, 500), { fromUsers: 50, toUsers: 1000, steps: 8 }, '--users 50..1000 --steps 8'],
    [
      'loads that the command does not take',
      tested(50, 60_000),
      { fromUsers: 50, toUsers: 120_000, steps: 8 },
      '--users 50..100000 --steps 8',
    ],
    [
      'fewer loads than steps',
      tested(99_990, 99_999),
      { fromUsers: 99_998, toUsers: 200_000, steps: 8 },
      '--users 99998..100000 --steps 3',
    ],
    [
      'as far, but longer',
      tested(50, 100_000),
      { fromUsers: 50, toUsers: 200_000, steps: 8, durationS: 180 },
      '--users 50..100000 --steps 8 --duration 180s',
    ],
    ['smaller loads', tested(5_000, 100_000), { fromUsers: 1, toUsers: 150_000, steps: 8 }, '--users 1..100000 --steps 8'],
    [
      'the same loads, with more between',
      tested(50, 100_000),
      { fromUsers: 50, toUsers: 100_000, steps: 8 },
      '--users 50..100000 --steps 8',
    ],
    [
      'no longer than a week',
      tested(50),
      { fromUsers: 50, toUsers: 100, steps: 5, durationS: 1e6 },
      '--users 50..100 --steps 5 --duration 604800s',
    ],
  ])('names the command for %s', (_, steps, loads, options) => {
    expect(sayTest(steps, loads)).toBe(`Test with \`loadkit capacity mixed ${options}\`.`);
  });

  it.each([
    ['loads beyond', tested(50, 100_000), { fromUsers: 100_000, toUsers: 200_000, steps: 5 }],
    ['loads far beyond', tested(300_000, 500_000), { fromUsers: 300_000, toUsers: 1_000_000, steps: 8 }],
    ['what was tested as far as it goes', tested(50, 100_000), { fromUsers: 50, toUsers: 200_000, steps: 8 }],
  ])('says in words that no command tests %s', (_, steps, loads) => expect(sayTest(steps, loads)).toBe(NO_FURTHER));

  it('names nothing that the command refuses', () => {
    const whole = fc.integer({ min: 1, max: 1e9 });
    const durationS = fc.option(fc.double({ min: 1, max: 1e9, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 2, max: 8 }), durationS, fc.array(whole), (from, more, steps, longer, users) => {
        const range = { fromUsers: from, toUsers: from + more, steps: Math.min(steps, more + 1) };
        const said = sayTest(tested(...users), { ...range, ...(longer !== undefined && { durationS: longer }) });
        if (said === NO_FURTHER) {
          expect(range.toUsers).toBeGreaterThan(USERS_MAX);
          return;
        }
        const figures = said.match(/(?<=[ .])\d+/g) ?? [];
        const [fromUsers, toUsers, loads, lastsS = 0] = figures.map(Number);
        expect(figures).toHaveLength(longer === undefined ? 3 : 4);
        expect(fromUsers).toBeLessThan(toUsers ?? 0);
        expect(toUsers).toBeLessThanOrEqual(USERS_MAX);
        expect(loads).toBeGreaterThanOrEqual(2);
        expect(loads).toBeLessThanOrEqual(STEPS_MAX);
        expect(lastsS).toBeLessThanOrEqual(DURATION_MAX_S);
      }),
    );
  });
});

describe('the bounds of a test', () => {
  it.each([
    ['LOADKIT_USERS', USERS_MAX],
    ['LOADKIT_DURATION_S', DURATION_MAX_S],
  ])('are what the scenarios that ship take as %s', (name, max) => {
    const settings = (value: number) => readSettings({ LOADKIT_TARGET: 'http://127.0.0.1', [name]: `${value}` });
    expect(() => settings(max)).not.toThrow();
    expect(() => settings(max + 1)).toThrow(name);
  });
});
