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
  /** The node's own part of it, where a series tells that. */
  self?: Metered;
}

/** What one node cost the symptom more during a stretch, for every window: the incident first, then the references. */
export interface Account {
  /** See `excessOf`; NaN where it isn't known. */
  excess: readonly number[];
  /** In spreads of the references. */
  excessZ: readonly number[];
  /** One spread, in the symptom's unit. */
  spread: number;
  /** What of it the node's callees don't explain: its own time, its own failures. */
  own: readonly number[];
  ownZ: readonly number[];
}

/** Where the incident stands among the windows. */
export const INCIDENT = 0;

/** An excess within its usual spread by this many isn't taken off its caller's: of quiet callees one in forty would be. */
const CALLEE_Z_MIN = 2;

type Total = Pick<Account, 'excess' | 'excessZ' | 'spread'>;

/**
 * Accounts of all nodes over one stretch. An excess of a callee is taken off each of its callers whole: how it is divided among them isn't
 * told, and a caller that only passes on what it suffers must not be blamed. A callee that serves faster than before takes nothing off.
 */
export function accountsOf(
  metered: ReadonlyMap<string, Metered>,
  graph: CallGraph,
  traffic: Meter,
  windows: readonly Window[],
  stretch: Stretch,
): Map<string, Account> {
  const totals = new Map<string, Total>();
  for (const [node, { meter, usual, floorOf }] of metered) {
    const excess = windows.map((window) => excessOf(meter, traffic, window, stretch, usual));
    const { z, spread } = inSpreads(excess, floorOf(stretch));
    totals.set(node, { excess, excessZ: z, spread });
  }
  const suffered = sufferedOf(totals, graph, windows.length);
  const accounts = new Map<string, Account>();
  for (const [node, total] of totals) {
    const fromCallees = suffered.get(node) ?? [];
    const of = metered.get(node);
    const floor = (of?.self ?? of)?.floorOf(stretch) ?? 0;
    if (of?.self === undefined && !fromCallees.some((amount) => amount > 0)) {
      accounts.set(node, { ...total, own: total.excess, ownZ: total.excessZ });
    } else {
      const own = ownOf(total, fromCallees, of?.self, traffic, windows, stretch);
      accounts.set(node, { ...total, own, ownZ: inSpreads(own, floor).z });
    }
  }
  return accounts;
}

function ownOf(
  { excess }: Total,
  fromCallees: readonly number[],
  self: Metered | undefined,
  traffic: Meter,
  windows: readonly Window[],
  stretch: Stretch,
): number[] {
  if (self !== undefined) return windows.map((window) => excessOf(self.meter, traffic, window, stretch, self.usual));
  return excess.map((amount, window) => amount - (fromCallees[window] ?? 0));
}

/**
 * What each node suffers from its callees, by window: of each its excess where that is beyond chance, else what the callee itself suffers, as far
 * as its own excess leaves room for it. So what begins in a quiet node is seen through a noisy one. A callee whose excess isn't known passes on
 * what it suffers. Calls that lead back are left out.
 */
function sufferedOf(totals: ReadonlyMap<string, Total>, { calleesFirst, forward }: CallGraph, windows: number): Map<string, number[]> {
  const suffered = new Map<string, number[]>();
  const passedOn = new Map<string, number[]>();
  for (const node of calleesFirst) {
    const total = totals.get(node);
    const fromCallees = new Array<number>(windows).fill(0);
    for (const callee of forward.get(node) ?? []) {
      const part = passedOn.get(callee);
      for (let window = 0; window < windows; window += 1) fromCallees[window] = (fromCallees[window] ?? 0) + (part?.[window] ?? 0);
    }
    suffered.set(node, fromCallees);
    passedOn.set(node, total === undefined ? fromCallees : fromCallees.map((amount, window) => passedOnBy(total, window, amount)));
  }
  return suffered;
}

function passedOnBy({ excess, excessZ, spread }: Total, window: number, suffered: number): number {
  const own = excess[window] ?? Number.NaN;
  if (Number.isNaN(own)) return suffered;
  return (excessZ[window] ?? 0) >= CALLEE_Z_MIN ? Math.max(0, own) : Math.max(0, Math.min(own + spread, suffered));
}

/** Deviations from the middle of the references (all but the first), in their upward spread. */
export function inSpreads(values: readonly number[], floor: number): { z: number[]; spread: number } {
  const { centre, spread } = upwardSpread(values.slice(1), floor);
  return { z: values.map((value) => (spread > 0 ? (value - centre) / spread : 0)), spread };
}
