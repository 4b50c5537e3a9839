import { describe, expect, it } from 'vitest';
import { call, made, madeTrace } from '../../tests/made-trace.ts';
import { retriedCalls } from './retried-calls.ts';

describe('retriedCalls', () => {
  it('finds the call that failed and was made again, and what it cost', () => {
    const below = [
      call('dynamodb:a PutItem', 0, 20, { outcome: 'throttle' }),
      call('dynamodb:a PutItem', 25, 30),
      call('dynamodb:a GetItem', 31, 32),
    ];
    const retried = retriedCalls([madeTrace(1, made('lambda:x GET /', 0, 40, below), { weight: 3 })]);
    expect(retried).toEqual([
      expect.objectContaining({
        node: 'dynamodb:a',
        operation: 'PutItem',
        calls: 3,
        retries: 3,
        traces: 1,
        outcomes: new Map([['throttle', 3]]),
      }),
    ]);
    expect(retried[0]?.lostS).toBeCloseTo(0.06);
  });

  it('does not take a call that failed for good, or went on beside others, for a retry', () => {
    const below = [
      call('dynamodb:a PutItem', 0, 20),
      call('dynamodb:a PutItem', 5, 25, { outcome: 'fault' }),
      call('dynamodb:b PutItem', 30, 35),
    ];
    expect(retriedCalls([madeTrace(1, made('lambda:x GET /', 0, 40, below))])).toEqual([]);
  });

  it('counts what SDKs say, and second attempts at asynchronous invocations', () => {
    const attempts = [made('lambda:job Attempt #1', 0, 10, [], { outcome: 'fault' }), made('lambda:job Attempt #2', 60, 70)];
    const traces = [
      madeTrace(1, made('lambda:x GET /', 0, 40, [call('dynamodb:a Query', 0, 30, { retries: 2 })])),
      madeTrace(2, made('lambda:job Service', 0, 80, attempts)),
    ];
    expect(retriedCalls(traces).map(({ node, operation, calls, retries, lostS }) => [node, operation, calls, retries, lostS])).toEqual([
      ['dynamodb:a', 'Query', 1, 2, null],
      ['lambda:job', 'asynchronous invocation', 1, 1, null],
    ]);
  });
});
