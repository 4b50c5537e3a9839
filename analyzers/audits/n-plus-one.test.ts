import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { call, type MadeSpan, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import type { Trace } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
const find = (traces: Trace[]) => findingsOf('n-plus-one', { ...run, traces: tracesWith(traces) });
const reads = (count: number, everyMs = 4, lengthMs = 4): MadeSpan[] =>
  Array.from({ length: count }, (_, k) => call('dynamodb:auctions GetItem', 10 + k * everyMs, 10 + k * everyMs + lengthMs));
const list = (k: number, below: MadeSpan[]): Trace =>
  madeTrace(k, made('apigateway:api GET /market/auctions', 0, 100, [made('lambda:marketplace Invocation', 5, 95, below)]));

describe('n-plus-one', () => {
  it('warns of many like calls one after the other, with what to call instead', () => {
    const [finding, ...others] = find(many(5, (k) => list(k, reads(20))));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      verdict: 'warn',
      severity: 'high',
      title: 'GET /market/auctions makes 20 calls of dynamodb:auctions GetItem one after the other, 80 % of its time',
      next: expect.stringMatching(/lambda:marketplace.*BatchGetItem/),
      effect: expect.stringContaining('76 ms less'),
    });
    expect(finding?.evidence[0]).toMatchObject({ value: 20, limit: 5 });
  });

  it('has nothing to say of few, of calls beside each other, of one trace, or of what takes no time', () => {
    expect(find(many(5, (k) => list(k, reads(4))))).toEqual([]);
    expect(find(many(5, (k) => list(k, reads(20, 0, 50))))).toEqual([]);
    expect(find([list(1, reads(20))])).toEqual([]);
    expect(find(many(5, (k) => list(k, reads(20, 4, 0.1))))).toEqual([]);
    expect(findingsOf('n-plus-one', run)).toEqual([]);
    expect(find([])).toEqual([]);
  });
});
