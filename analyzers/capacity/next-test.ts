import { enoughLoads, type LoadRange } from '../models/scalability/index.ts';
import { figure } from '../words.ts';
import { DURATION_MAX_S, USERS_MAX } from './bounds.ts';
import type { LoadStep } from './load-step.ts';

type Test = LoadRange & { durationS?: number };
type Tested = readonly Pick<LoadStep, 'scenario' | 'users'>[];

/**
 * The test that would settle something that these steps leave open, in a sentence. As far as the command goes: where that is no further than the steps went,
 * for no longer, it would settle nothing.
 *
 * @example sayTest(steps, { fromUsers: 50, toUsers: 1000, steps: 8 }) // 'Test with `loadkit capacity mixed --users 50..1000 --steps 8`.'
 */
export function sayTest(tested: Tested, test: Test): string {
  const capped = withinBounds(test);
  if (capped.fromUsers >= capped.toUsers || (capped.toUsers < test.toUsers && wasTested(tested, capped)))
    return `No test of this command goes beyond ${figure(USERS_MAX)} users.`;
  return `Test with \`${commandFor(tested[0]?.scenario ?? 'SCENARIO', capped)}\`.`;
}

function withinBounds({ durationS, ...loads }: Test): Test {
  const toUsers = Math.min(USERS_MAX, loads.toUsers);
  const steps = Math.min(loads.steps, toUsers - loads.fromUsers + 1);
  return { ...loads, toUsers, steps, ...(durationS !== undefined && { durationS: Math.min(DURATION_MAX_S, durationS) }) };
}

const wasTested = (tested: Tested, { fromUsers, toUsers, durationS }: Test): boolean =>
  durationS === undefined && tested.some(({ users }) => users <= fromUsers) && tested.some(({ users }) => users >= toUsers);

function commandFor(scenario: string, { fromUsers, toUsers, steps, durationS }: Test): string {
  const longer = durationS === undefined ? '' : ` --duration ${Math.ceil(durationS)}s`;
  return `loadkit capacity ${scenario} --users ${fromUsers}..${toUsers} --steps ${steps}${longer}`;
}

/** All loads of the steps, and up to so many times the largest; enough of them for a line and a curve. */
export function loadsOf(steps: readonly LoadStep[], times = 1): LoadRange {
  const [least, most] = [Math.min(...steps.map(({ users }) => users)), Math.max(...steps.map(({ users }) => users))];
  return enoughLoads(least, times * most);
}

/** Of the longest step, in seconds. */
export const durationOf = (steps: readonly LoadStep[]): number => Math.max(...steps.map(({ durationS }) => durationS));
