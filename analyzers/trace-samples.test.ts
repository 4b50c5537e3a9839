import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { traceAt, withPlatform } from '../tests/platform.ts';
import type { Span, Trace } from './contract.ts';
import { stretchOf } from './platform-series.ts';
import { lengthOf, ownTimeS, startOf, tracesByNode, tracesIn } from './trace-samples.ts';

const span = (id: string, parentId: string | null, startS: number, endS: number | null): Span => ({
  ...{ id, parentId, startS, endS, node: 'n', operation: 'o', outcome: 'ok', remote: false },
});
const traceOf = (...spans: Span[]): Trace => ({ id: 't', weight: 1, partial: false, spans });

describe('tracesIn', () => {
  it('takes those that begin within the stretch', () => {
    const run = withPlatform(syntheticRun({ durationS: 60 }));
    const { startS } = run.client;
    const stretch = stretchOf(run.platform, startS + 20, startS + 30);
    const found = tracesIn(run.traces, stretch);
    expect(found).toHaveLength(20);
    expect(Math.min(...found.map(startOf))).toBeGreaterThanOrEqual(startS + 20);
    expect(tracesIn(null, stretch)).toEqual([]);
    expect(tracesIn(run.traces, stretchOf(run.platform, 0, 1))).toEqual([]);
  });
});

describe('tracesByNode', () => {
  it('has each trace once for each node that it passes', () => {
    const run = withPlatform(syntheticRun({ durationS: 60 }));
    const found = tracesByNode(run.traces, stretchOf(run.platform, run.client.startS + 20, run.client.startS + 30));
    expect([...found].map(([node, traces]) => [node, traces.length])).toEqual([
      ['apigateway:api', 20],
      ['lambda:character', 20],
      ['dynamodb:characters', 20],
    ]);
    expect(tracesByNode(run.traces, { missing: 'no period' }).size).toBe(0);
  });
});

describe('lengthOf', () => {
  it('is from the first to the last moment, and unknown while in progress', () => {
    expect(lengthOf(traceAt(0, 100, { initS: 1, ownS: 0.5, callS: 0.5 }))).toBeCloseTo(2.002);
    expect(lengthOf(traceOf(span('a', null, 1, null)))).toBeNull();
  });
});

describe('ownTimeS', () => {
  it('leaves out what children cover, overlapping or beyond the end', () => {
    const parent = span('a', null, 0, 10);
    expect(ownTimeS(traceOf(parent), parent)).toBe(10);
    expect(ownTimeS(traceOf(parent, span('b', 'a', 1, 4), span('c', 'a', 3, 5), span('d', 'a', 9, 12)), parent)).toBe(5);
    expect(ownTimeS(traceOf(parent, span('b', 'a', 1, null)), parent)).toBe(1);
    expect(ownTimeS(traceOf(), span('a', null, 0, null))).toBeNull();
  });

  it('lies between nothing and the whole', () => {
    const time = fc.integer({ min: -5, max: 15 });
    fc.assert(
      fc.property(fc.array(fc.tuple(time, time)), (times) => {
        const parent = span('a', null, 0, 10);
        const children = times.map(([a, b], i) => span(`c${i}`, 'a', Math.min(a, b), Math.max(a, b)));
        const own = ownTimeS(traceOf(parent, ...children), parent) ?? Number.NaN;
        expect(own).toBeGreaterThanOrEqual(0);
        expect(own).toBeLessThanOrEqual(10);
      }),
    );
  });
});
