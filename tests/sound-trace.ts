import { expect } from 'vitest';
import type { Trace } from '../analyzers/contract.ts';

/** Every parent is there or the trace is partial, nobody is above itself, and no time is NaN. */
export function expectSound({ spans, partial, weight }: Trace): void {
  const byId = new Map(spans.map((span) => [span.id, span]));
  expect(byId.size).toBe(spans.length);
  expect(weight).toBeGreaterThan(0);
  let whole = true;
  for (const { id, parentId, startS, endS, node, operation } of spans) {
    expect(Number.isFinite(startS)).toBe(true);
    expect(endS === null || endS >= startS).toBe(true);
    expect(node).not.toBe('');
    expect(operation).not.toBe('');
    whole &&= endS !== null && (parentId === null || byId.has(parentId));
    let steps = 0;
    for (let at = byId.get(id); at !== undefined && at.parentId !== null; at = byId.get(at.parentId)) {
      steps += 1;
      expect(steps).toBeLessThanOrEqual(spans.length);
    }
  }
  expect(partial || whole).toBe(true);
}
