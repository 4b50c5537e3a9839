import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, type Span, selfTimes } from './critical-path.ts';

const span = (id: string, parent: string | null, start: number, end: number): Span => ({ id, parent, start, end });
const told = (spans: readonly Span[]): string =>
  criticalPath(spans)
    .map(({ id, from, to }) => `${id} ${from}–${to}`)
    .join(', ');

describe('criticalPath', () => {
  it('charges a parent to the child that finishes last, and what no child fills to itself', () => {
    expect(told([span('api', null, 0, 10), span('db', 'api', 2, 9), span('cache', 'api', 2, 4)])).toBe('api 0–2, db 2–9, api 9–10');
  });

  it('goes on with the child that had finished before that one began', () => {
    const spans = [span('r', null, 0, 100), span('a', 'r', 10, 40), span('b', 'r', 20, 30), span('c', 'r', 50, 90)];
    expect(told(spans)).toBe('r 0–10, a 10–40, r 40–50, c 50–90, r 90–100');
  });

  it('descends into the child that it waits for', () => {
    const spans = [span('S1', null, 0, 10), span('S2', 'S1', 1, 5), span('S3', 'S1', 2, 9), span('S4', 'S3', 3, 7)];
    expect(told(spans)).toBe('S1 0–1, S2 1–2, S3 2–3, S4 3–7, S3 7–9, S1 9–10');
  });

  it('clips a child that overlaps the next one to the time before that began', () => {
    expect(told([span('r', null, 0, 10), span('a', 'r', 1, 6), span('b', 'r', 5, 9)])).toBe('r 0–1, a 1–5, b 5–9, r 9–10');
  });

  it('clips children to their parent, and leaves out those that lie outside it', () => {
    const spans = [span('r', null, 0, 10), span('early', 'r', -5, 3), span('late', 'r', 8, 20), span('gone', 'r', 11, 12)];
    expect(told(spans)).toBe('early 0–3, r 3–8, late 8–10');
    expect(told([span('r', null, 0, 10), span('a', 'r', 2, 6), span('deep', 'a', 1, 9)])).toBe('r 0–2, deep 2–6, r 6–10');
  });

  it('leaves out what is not below the root: other roots, and a cycle of parents', () => {
    const spans = [
      span('r', null, 0, 4),
      span('other', null, 1, 9),
      span('x', 'y', 1, 2),
      span('y', 'x', 1, 2),
      span('self', 'self', 1, 2),
    ];
    expect(told(spans)).toBe('r 0–4');
    expect(criticalPath([])).toEqual([]);
  });

  it('takes a span whose parent was not recorded as a root', () => {
    expect(told([span('r', 'unknown', 0, 4), span('a', 'r', 1, 2)])).toBe('r 0–1, a 1–2, r 2–4');
  });

  it('stands a chain of calls that is deeper than the stack of the language', () => {
    const depth = 50_000;
    const spans = Array.from({ length: depth }, (_, i) => span(`${i}`, i === 0 ? null : `${i - 1}`, i, 2 * depth - i));
    expect(criticalPath(spans)).toHaveLength(2 * depth - 1);
  });

  it('refuses a span that ends before it begins, or comes twice', () => {
    expect(() => criticalPath([span('r', null, 2, 1)])).toThrow('criticalPath needs spans that end after they begin, not r');
    expect(() => criticalPath([span('r', null, 0, 1), span('r', null, 0, 1)])).toThrow('not r twice');
  });
});

/** Any tree, children in any place: before, beside, over and after their parents. */
const traces = fc
  .array(fc.record({ parent: fc.nat(), start: fc.integer({ min: -50, max: 150 }), length: fc.nat(120) }), { maxLength: 25 })
  .map((drawn) => [
    span('0', null, 0, 100),
    ...drawn.map(({ parent, start, length }, i) => span(`${i + 1}`, `${parent % (i + 1)}`, start, start + length)),
  ]);

describe('criticalPath, of any trace', () => {
  it('has self times that sum to the duration of the root', () => {
    fc.assert(
      fc.property(traces, (spans) => {
        expect([...selfTimes(criticalPath(spans)).values()].reduce((a, b) => a + b, 0)).toBe(100);
      }),
    );
  });

  it('covers the time of the root without gap or overlap, each part within its span', () => {
    fc.assert(
      fc.property(traces, (spans) => {
        let moment = 0;
        for (const { id, from, to } of criticalPath(spans)) {
          expect(from).toBe(moment);
          expect(to).toBeGreaterThan(from);
          const own = spans.find((one) => one.id === id);
          expect(own?.start).toBeLessThanOrEqual(from);
          expect(own?.end).toBeGreaterThanOrEqual(to);
          moment = to;
        }
        expect(moment).toBe(100);
      }),
    );
  });

  it('never blames a span while a child of it that began before is still running', () => {
    fc.assert(
      fc.property(traces, (spans) => {
        for (const { id, from, to } of criticalPath(spans)) {
          const running = spans.filter(({ parent, start, end }) => parent === id && start < to && end > from && start < end);
          expect(running).toEqual([]);
        }
      }),
    );
  });

  it('does not depend on the order of spans, nor on when the trace was', () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: -1000, max: 1000 }), (spans, shift) => {
        const path = criticalPath(spans);
        expect(criticalPath(spans.toReversed())).toEqual(path);
        const later = spans.map((one) => ({ ...one, start: one.start + shift, end: one.end + shift }));
        expect(criticalPath(later)).toEqual(path.map(({ id, from, to }) => ({ id, from: from + shift, to: to + shift })));
      }),
    );
  });
});
