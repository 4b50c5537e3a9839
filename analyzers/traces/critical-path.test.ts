import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, type MadeSpan, made, madeTrace } from '../../tests/made-trace.ts';
import { criticalPath } from './critical-path.ts';

const pathOf = (root: MadeSpan): Record<string, number> => {
  const trace = madeTrace(1, root);
  return Object.fromEntries(
    criticalPath(trace).map(({ spanId, selfS }) => [trace.spans.find(({ id }) => id === spanId)?.operation, Math.round(selfS * 1e6) / 1e3]),
  );
};

describe('criticalPath', () => {
  it('charges a parent’s time to the child that finished last, backwards', () => {
    const root = made('a root', 0, 100, [call('b one', 10, 40), call('b beside', 15, 30), call('b two', 50, 90)]);
    expect(pathOf(root)).toEqual({ root: 30, one: 30, two: 40 });
  });

  it('clips what overlaps and what lies outside', () => {
    const root = made('a root', 0, 100, [
      call('b early', -20, 30),
      call('b overlapping', 20, 60),
      call('b late', 50, 150),
      call('b after', 120, 130),
    ]);
    expect(pathOf(root)).toEqual({ early: 20, overlapping: 30, late: 50 });
  });

  it('has nothing of a trace whose root is under way', () => {
    expect(criticalPath(madeTrace(1, made('a root', 0, null)))).toEqual([]);
  });

  it('adds up to the root’s duration, whatever lies below', () => {
    const time = fc.double({ min: -100, max: 300, noNaN: true });
    const tree = fc.letrec<{ span: MadeSpan }>((tie) => ({
      span: fc
        .tuple(
          time,
          fc.double({ min: 0, max: 200, noNaN: true }),
          fc.oneof({ depthSize: 'medium' }, fc.constant([]), fc.array(tie('span'), { maxLength: 4 })),
        )
        .map(([fromMs, lengthMs, below]) => made('x y', fromMs, fromMs + lengthMs, below)),
    })).span;
    fc.assert(
      fc.property(tree, (root) => {
        const path = criticalPath(madeTrace(1, root));
        const total = path.reduce((sum, { selfS }) => sum + selfS, 0);
        expect(total).toBeCloseTo(((root.toMs ?? 0) - root.fromMs) / 1000, 6);
        for (const { selfS } of path) expect(selfS).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});
