import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { call, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import type { Trace } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
const find = (traces: Trace[]) => findingsOf('fan-out', { ...run, traces: tracesWith(traces) });
const wide = (k: number, calls: number, everyMs: number): Trace =>
  madeTrace(
    k,
    made(
      'lambda:feed GET /feed',
      0,
      100,
      Array.from({ length: calls }, (_, n) => call('dynamodb:posts Query', n * everyMs, n * everyMs + 20)),
    ),
  );

describe('fan-out', () => {
  it('tells of many like calls beside each other, and leaves the verdict to the targets', () => {
    const [finding] = find(many(4, (k) => wide(k, 25, 1)));
    expect(finding).toMatchObject({
      verdict: 'pass',
      title: 'GET /feed makes 25 calls of dynamodb:posts Query beside each other',
      why: expect.stringContaining('22.2 % of requests'),
    });
  });

  it('has nothing to say of few, of calls in turn, or of too few traces', () => {
    expect(find(many(4, (k) => wide(k, 9, 1)))).toEqual([]);
    expect(find(many(4, (k) => wide(k, 25, 20)))).toEqual([]);
    expect(find(many(2, (k) => wide(k, 25, 1)))).toEqual([]);
    expect(findingsOf('fan-out', run)).toEqual([]);
  });
});
