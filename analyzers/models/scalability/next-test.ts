import type { LoadPoint } from './least-squares.ts';

/** Loads of a stepped test, from the smallest to the largest. */
export interface LoadRange {
  fromUsers: number;
  toUsers: number;
  steps: number;
}

/** How the test that would settle something is said: a sentence. */
export type NextTest = (loads: LoadRange) => string;

export const inWords: NextTest = ({ fromUsers, toUsers, steps }) => `Test ${fromUsers} to ${toUsers} users, in ${steps} steps.`;

/** As many as a stepped test takes: five degrees of freedom for three coefficients. */
const STEPS = 8;
/** What is not known to be nearer is looked for up to so many times the tested load. */
const FURTHER = 2;

/** From the smallest load that was tested on to more than the largest: those that were tested keep what lies before the bend. */
export function moreLoads(points: readonly LoadPoint[], toUsers?: number): LoadRange {
  const [least, most] = [Math.min(...points.map(({ users }) => users)), Math.max(...points.map(({ users }) => users))];
  return enoughLoads(least, Math.max(toUsers ?? 0, FURTHER * most));
}

/** As many loads as a curve takes, up to that many or more. */
export const enoughLoads = (from: number, to: number): LoadRange => rangeOf(from, Math.max(to, from + STEPS - 1));

/** From one user on; null where there is nothing below. */
export const smallerLoads = (toUsers: number): LoadRange | null => (toUsers < 2 ? null : rangeOf(1, toUsers));

/** The same loads again, with more of them between. */
export const sameLoads = (points: readonly LoadPoint[]): LoadRange =>
  rangeOf(Math.min(...points.map(({ users }) => users)), Math.max(...points.map(({ users }) => users)));

/** At least two loads, of whole users. */
export function rangeOf(from: number, to: number, steps: number = STEPS): LoadRange {
  const fromUsers = Math.max(1, Math.floor(from));
  const toUsers = Math.max(fromUsers + 1, Math.ceil(to));
  return { fromUsers, toUsers, steps: Math.min(steps, toUsers - fromUsers + 1) };
}
