import type { CallGraph } from './call-graph.ts';

/**
 * How much of the symptom's excess can have come from each node: what passes along the widest way of calls to it, where a way is as wide as the
 * smallest excess on it. A slow node explains a slow symptom only as far as everything between them is slow too. Nodes whose excess isn't
 * known are taken to pass on anything.
 *
 * By relaxation to a fixed point, which comes after at most as many rounds as there are nodes: widths only grow, and each is one of the
 * excesses.
 *
 * @param excessOf null where it isn't known
 * @returns widths in the symptom's unit; nodes that it doesn't reach are not in it
 */
export function widthsFrom({ callees }: CallGraph, symptom: string, excessOf: (node: string) => number | null): Map<string, number> {
  const widths = new Map([[symptom, excessOf(symptom) ?? Number.POSITIVE_INFINITY]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [caller, width] of widths) {
      for (const callee of callees.get(caller) ?? []) {
        const through = Math.max(0, Math.min(width, excessOf(callee) ?? Number.POSITIVE_INFINITY));
        if (through > (widths.get(callee) ?? -1)) {
          widths.set(callee, through);
          changed = true;
        }
      }
    }
  }
  return widths;
}
