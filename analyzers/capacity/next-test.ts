import { enoughLoads, type LoadRange } from '../models/scalability/index.ts';
import type { LoadStep } from './load-step.ts';

/** @example commandFor('mixed', { fromUsers: 50, toUsers: 1000, steps: 8 }) // 'loadkit capacity mixed --users 50..1000 --steps 8' */
export function commandFor(scenario: string, { fromUsers, toUsers, steps, durationS }: LoadRange & { durationS?: number }): string {
  const longer = durationS === undefined ? '' : ` --duration ${Math.ceil(durationS)}s`;
  return `loadkit capacity ${scenario} --users ${fromUsers}..${toUsers} --steps ${steps}${longer}`;
}

/** The test that would settle something that these steps leave open, in a sentence. */
export function sayTest(steps: readonly LoadStep[], loads: LoadRange & { durationS?: number }): string {
  return `Test with \`${commandFor(steps[0]?.scenario ?? 'SCENARIO', loads)}\`.`;
}

/** All loads of the steps, and up to so many times the largest; enough of them for a line and a curve. */
export function loadsOf(steps: readonly LoadStep[], times = 1): LoadRange {
  const [least, most] = [Math.min(...steps.map(({ users }) => users)), Math.max(...steps.map(({ users }) => users))];
  return enoughLoads(least, times * most);
}

/** Of the longest step, in seconds. */
export const durationOf = (steps: readonly LoadStep[]): number => Math.max(...steps.map(({ durationS }) => durationS));
