import { judgedLoads } from './judged-loads.ts';
import type { LoadStep } from './load-step.ts';

/** How a stepped test looks for the largest load that holds. */
export interface Search {
  fromUsers: number;
  toUsers: number;
  /** Loads from the first to the last, both among them. */
  steps: number;
  /** How often the gap between what holds and what doesn't is halved. */
  refinements: number;
}

/** A load at which nothing became steady, or which the generator could not make, is tried so often. What too few requests leave open stays so. */
const TRIES = 2;
/** A load that is missed where a larger one holds is tried so often: one of them is chance. */
const TRIES_CONTRADICTED = 3;
/** A gap that is so small a share of the load is none: a run can't tell them apart. */
const GAP_MIN = 0.05;

/** Whether there is a load between that is worth a test. */
export const isGap = (held: number, failed: number): boolean => failed - held > 1 && failed - held >= GAP_MIN * held;

/** The loads of the first pass, smallest first: evenly spaced, each once. */
export function plannedLoads({ fromUsers, toUsers, steps }: Search): number[] {
  const loads = Array.from({ length: steps }, (_, i) => Math.round(fromUsers + ((toUsers - fromUsers) * i) / Math.max(1, steps - 1)));
  return [...new Set(loads)];
}

/**
 * The load to try next, or null when there is nothing more to learn: first all that is planned, and one that came to nothing again; then again those that
 * a larger load contradicts; then the middle between the largest that holds and the smallest that doesn't, or between that and none where it is the smallest of
 * all. Beyond a load that the generator can't make nothing larger is tried.
 *
 * @param steps what was measured, in the order of time
 */
export function nextLoad(steps: readonly LoadStep[], search: Search): number | null {
  const last = steps.at(-1);
  if (last !== undefined && !last.counts && last.holds !== 'no' && triesOf(steps, last.users) < TRIES) return last.users;
  const planned = plannedLoads(search);
  const most = Math.max(0, ...planned.filter((users) => triesOf(steps, users) > 0));
  // The machine's end, not the system's.
  const stuck = last?.generatorLimited === true;
  const next = planned.find((users) => users > most);
  if (next !== undefined && !stuck) return next;
  return contradicted(steps) ?? halfway(steps, search, planned);
}

function contradicted(steps: readonly LoadStep[]): number | null {
  const loads = judgedLoads(steps);
  const most = loads.findLast(({ holds }) => holds === 'yes')?.users ?? 0;
  const missed = (users: number): boolean => steps.some((step) => step.users === users && step.holds === 'no');
  const doubtful = loads.find(({ users, holds, tries }) => holds !== 'yes' && users < most && tries < TRIES_CONTRADICTED && missed(users));
  return doubtful?.users ?? null;
}

const triesOf = (steps: readonly LoadStep[], users: number): number => steps.filter((step) => step.users === users).length;

function halfway(steps: readonly LoadStep[], { refinements }: Search, planned: readonly number[]): number | null {
  const refined = new Set(steps.map(({ users }) => users).filter((users) => !planned.includes(users))).size;
  const loads = judgedLoads(steps);
  const failed = loads.find(({ holds }) => holds === 'no')?.users;
  if (refined >= refinements || failed === undefined) return null;
  // No users miss no target.
  const held = failed === loads[0]?.users ? 0 : loads.findLast(({ holds, users }) => holds === 'yes' && users < failed)?.users;
  if (held === undefined) return null;
  const middle = Math.round((held + failed) / 2);
  if (!isGap(held, failed) || triesOf(steps, middle) > 0) return null;
  return middle;
}
