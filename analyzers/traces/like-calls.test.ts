import { describe, expect, it } from 'vitest';
import { call, made, madeTrace } from '../../tests/made-trace.ts';
import { callPatterns } from './call-patterns.ts';
import { likeCalls } from './like-calls.ts';

const sequence = (count: number, everyMs: number, lengthMs: number) =>
  Array.from({ length: count }, (_, k) => call('dynamodb:items GetItem', k * everyMs, k * everyMs + lengthMs));

describe('likeCalls', () => {
  it('tells calls in turn from calls beside each other', () => {
    const inTurn = madeTrace(1, made('lambda:a GET /a', 0, 100, sequence(10, 10, 10)));
    const beside = madeTrace(2, made('lambda:a GET /a', 0, 100, sequence(10, 0, 50)));
    expect(
      likeCalls([inTurn, beside], 5).map(({ calls, inSequence, atOnceMax, busyS }) => [
        calls,
        inSequence,
        atOnceMax,
        Number(busyS.toFixed(6)),
      ]),
    ).toEqual([
      [10, 10, 1, 0.1],
      [10, 1, 10, 0.05],
    ]);
  });

  it('takes different operations, and calls of other parents, for different things', () => {
    const few = made('lambda:a Invocation', 0, 50, sequence(3, 10, 10));
    expect(likeCalls([madeTrace(1, made('api GET /a', 0, 100, [few, few, call('dynamodb:items Query', 1, 2)]))], 4)).toEqual([]);
  });

  it('sums up what requests of one kind do', () => {
    const traces = [4, 6, 8].map((count, k) => madeTrace(k, made('lambda:a GET /a', 0, 100, sequence(count, 10, 5)), { weight: 2 }));
    expect(callPatterns(likeCalls(traces, 2))).toEqual([
      expect.objectContaining({
        request: 'GET /a',
        callsP50: 6,
        callsMax: 8,
        traces: 3,
        requests: 6,
        example: traces[2]?.id,
        busyMs: expect.closeTo(30),
        share: expect.closeTo(0.3),
      }),
    ]);
  });
});
