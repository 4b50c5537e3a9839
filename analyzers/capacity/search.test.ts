import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadStep } from '../../tests/load-steps.ts';
import type { LoadStep } from './load-step.ts';
import { nextLoad, plannedLoads, type Search } from './search.ts';

/** What is unknown here is so for want of a generator. */
const step = (users: number, holds: LoadStep['holds']): LoadStep =>
  loadStep(users, { holds, counts: holds !== 'unknown', generatorLimited: holds === 'unknown' });
const SEARCH: Search = { fromUsers: 50, toUsers: 1000, steps: 8, refinements: 3 };

/** Searches a system that holds up to so many users, and can't be tried with more than `reach`. */
const search = (limit: number, reach = Number.POSITIVE_INFINITY, of: Search = SEARCH): LoadStep[] => {
  const steps: LoadStep[] = [];
  for (let users = nextLoad(steps, of); users !== null; users = nextLoad(steps, of)) {
    steps.push(step(users, users > reach ? 'unknown' : users <= limit ? 'yes' : 'no'));
    expect(steps.length).toBeLessThan(40);
  }
  return steps;
};
const loads = (steps: readonly LoadStep[]) => steps.map(({ users }) => users);

describe('plannedLoads', () => {
  it('goes from the first to the last, evenly', () => expect(plannedLoads(SEARCH)).toEqual([50, 186, 321, 457, 593, 729, 864, 1000]));
  it('has each once', () => expect(plannedLoads({ ...SEARCH, fromUsers: 1, toUsers: 3, steps: 8 })).toEqual([1, 2, 3]));
});

describe('nextLoad', () => {
  it('tries all that is planned, then halves the gap', () => {
    const steps = search(620);
    expect(loads(steps).slice(0, 8)).toEqual(plannedLoads(SEARCH));
    expect(loads(steps).slice(8)).toEqual([661, 627, 610]);
  });

  it('ends after the plan where all of it holds', () => expect(loads(search(5000))).toEqual(plannedLoads(SEARCH)));

  it('goes on below the plan where none of it holds, as often as it may', () => {
    const below = (limit: number, refinements: number) =>
      loads(search(limit, Number.POSITIVE_INFINITY, { ...SEARCH, refinements })).slice(8);
    expect(below(0, 3)).toEqual([25, 13, 7]);
    expect(below(0, 10)).toEqual([25, 13, 7, 4, 2, 1]);
    expect(below(30, 3)).toEqual([25, 38, 32]);
    expect(below(30, 0)).toEqual([]);
  });

  it('tries what could not be judged twice, and nothing larger after that', () => {
    expect(loads(search(5000, 500))).toEqual([50, 186, 321, 457, 593, 593]);
  });

  it('tries again what is missed where a larger load holds, and lets most tries decide', () => {
    const of = (...holds: LoadStep['holds'][]): LoadStep[] => [
      ...plannedLoads(SEARCH).map((users) => step(users, users === 321 ? 'no' : users > 800 ? 'no' : 'yes')),
      ...holds.map((each) => step(321, each)),
    ];
    expect(nextLoad(of(), SEARCH)).toBe(321);
    expect(nextLoad(of('yes'), SEARCH)).toBe(321);
    expect(nextLoad(of('yes', 'yes'), SEARCH)).toBe(797);
    expect(nextLoad(of('yes', 'no'), SEARCH)).toBe(254);
  });

  it('goes on above a load that too few requests leave open, and tries once more what never became steady', () => {
    const open: LoadStep = { ...step(50, 'unknown'), counts: true, generatorLimited: false };
    expect(nextLoad([open], SEARCH)).toBe(186);
    const unsteady: LoadStep = { ...open, counts: false };
    expect(nextLoad([unsteady], SEARCH)).toBe(50);
    expect(nextLoad([unsteady, unsteady], SEARCH)).toBe(186);
  });

  it('finds the limit to a few per cent, wherever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 999 }), (limit) => {
        const steps = search(limit, Number.POSITIVE_INFINITY, { ...SEARCH, refinements: 10 });
        const held = Math.max(...steps.filter(({ holds }) => holds === 'yes').map(({ users }) => users));
        const failed = Math.min(...steps.filter(({ holds }) => holds === 'no').map(({ users }) => users));
        expect(held).toBeLessThanOrEqual(limit);
        expect(failed).toBeGreaterThan(limit);
        expect(failed - held).toBeLessThanOrEqual(Math.max(1, 0.05 * held));
      }),
    );
  });
});
