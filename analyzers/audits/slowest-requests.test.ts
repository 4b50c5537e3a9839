import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { call, made, madeTrace, tracesWith } from '../../tests/made-trace.ts';
import type { Trace } from '../contract.ts';

// Later endpoints are slower: GET /leaderboards/:name is the ninth, and the last of nine.
const run = syntheticRun({ durationS: 60, endpoints: 9, users: 400 });
const find = (traces: Trace[]) => findingsOf('slowest-requests', { ...run, traces: tracesWith(traces) });
const board = (k: number, ms: number, partial = false): Trace =>
  madeTrace(k, made('apigateway:api GET /leaderboards/{id}', 0, ms, [call('elasticache:cache GET', 0, ms * 0.8)]), { partial });

describe('slowest-requests', () => {
  it('links the slowest endpoints to the slowest of their traces, whole ones first', () => {
    const [finding] = find([board(1, 50), board(2, 90), board(3, 500, true)]);
    const slowest = finding?.evidence.find(({ what }) => what === 'GET /leaderboards/:name: slowest trace');
    expect(slowest?.value).toBe(board(2, 90).id);
    expect(finding).toMatchObject({
      verdict: 'pass',
      next: expect.stringContaining(`aws xray batch-get-traces --trace-ids ${board(2, 90).id}`),
      effect: 'Without elasticache:cache GET (80 %), such a request would take up to 72 ms less.',
    });
    expect(finding?.evidence).toContainEqual({ what: 'GET /leaderboards/:name: most of it', value: 'elasticache:cache GET (80 %)' });
  });

  it('does not explain slow requests by a trace of a fast one', () => {
    const [finding] = find([board(1, 5)]);
    expect(finding?.title).not.toContain('most of it');
    expect(finding?.next).toContain('while it was slow');
    expect(finding?.effect).toBeUndefined();
    expect(finding?.evidence).toContainEqual({ what: 'GET /leaderboards/:name: that request took', value: expect.closeTo(5), unit: 'ms' });
  });

  it('says what was not traced', () => {
    const [finding] = find([]);
    expect(finding?.next).toContain('none of these requests was traced while it was slow');
    expect(finding?.evidence.filter(({ what, value }) => what.endsWith(': trace') && value === null)).toHaveLength(3);
  });

  it('has nothing to say of too few requests, or where no platform was asked', () => {
    const few = syntheticRun({ durationS: 20, users: 1, endpoints: 1, thinkTimeS: 5 });
    expect(findingsOf('slowest-requests', { ...few, traces: tracesWith([board(1, 50)]) })).toEqual([]);
    expect(findingsOf('slowest-requests', run)).toEqual([]);
  });
});
