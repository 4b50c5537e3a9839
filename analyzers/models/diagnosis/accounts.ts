import type { CallGraph } from './call-graph.ts';
import { excessOf, type Meter, type Stretch, type Window } from './excess.ts';
import { upwardSpread } from './surprise.ts';

/** A node's cost of one kind, ready to be read. */
export interface Metered {
  meter: Meter;
  /** Median cost of a request in the normal file; NaN where it had none. */
  usual: number;
  /** An excess is never taken to be known better than this, on a stretch: in the symptom's unit. */
  floorOf(stretch: Stretch): number;
}

/** What one node cost the symptom more during a stretch, for every window: the incident first, then the references. */
export interface Account {
  /** See `excessOf`. */
  excess: readonly number[];
  /** In spreads of the references. */
  excessZ: readonly number[];
  /** What of it the node's callees don't explain: its own time, its own failures. */
  own: readonly number[];
  ownZ: readonly number[];
}

/** Where the incident stands among the windows. */
export const INCIDENT = 0;

/** A callee whose excess is within its usual spread by this many takes nothing of its caller's: one in forty would, of quiet ones. */
const CALLEE_Z_MIN = 2;

/**
 * Accounts of all nodes over one stretch. An excess of a callee is taken off each of its callers whole: how it is divided among them isn't
 * told, and a caller that only passes on what it suffers must not be blamed. A callee that serves faster than before takes nothing off.
 */
export function accountsOf(
  metered: ReadonlyMap<string, Metered>,
  { callees }: CallGraph,
  traffic: Meter,
  windows: readonly Window[],
  stretch: Stretch,
): Map<string, Account> {
  const totals = new Map<string, Pick<Account, 'excess' | 'excessZ'>>();
  for (const [node, { meter, usual, floorOf }] of metered) {
    const excess = windows.map((window) => excessOf(meter, traffic, window, stretch, usual));
    totals.set(node, { excess, excessZ: inSpreads(excess, floorOf(stretch)) });
  }
  const accounts = new Map<string, Account>();
  for (const [node, total] of totals) {
    const called = (callees.get(node) ?? []).flatMap((callee) => totals.get(callee) ?? []);
    const own = total.excess.map((excess, i) => excess - sumOfExcess(called, i));
    accounts.set(node, { ...total, own, ownZ: inSpreads(own, metered.get(node)?.floorOf(stretch) ?? 0) });
  }
  return accounts;
}

function sumOfExcess(called: readonly Pick<Account, 'excess' | 'excessZ'>[], window: number): number {
  let sum = 0;
  for (const { excess, excessZ } of called) {
    if ((excessZ[window] ?? 0) >= CALLEE_Z_MIN) sum += Math.max(0, excess[window] ?? 0);
  }
  return sum;
}

/** Deviations from the middle of the references (all but the first), in their upward spread. */
export function inSpreads(values: readonly number[], floor: number): number[] {
  const { centre, spread } = upwardSpread(values.slice(1), floor);
  return values.map((value) => (spread > 0 ? (value - centre) / spread : 0));
}
