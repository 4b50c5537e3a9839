import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { call, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import type { Span, Trace } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
const find = (traces: Trace[]) => findingsOf('retries-in-traces', { ...run, traces: tracesWith(traces) });
const request = (k: number, outcome: Span['outcome']): Trace => {
  const attempts = [
    call('dynamodb:guilds PutItem', 0, 30, { outcome }),
    ...(outcome === 'ok' ? [] : [call('dynamodb:guilds PutItem', 40, 50)]),
  ];
  return madeTrace(k, made('lambda:guilds POST /guilds', 0, 60, attempts));
};

describe('retries-in-traces', () => {
  it('warns of calls that are often made again, by what made them fail', () => {
    const [finding] = find(many(20, (k) => request(k, k <= 5 ? 'throttle' : 'ok')));
    expect(finding).toMatchObject({
      verdict: 'warn',
      title: 'dynamodb:guilds PutItem was tried again 25 % of the time',
      next: expect.stringMatching(/room/),
      effect: expect.stringContaining('30 ms less'),
    });
    expect(finding?.evidence[0]).toMatchObject({ value: 25, limit: 1, unit: '%' });
  });

  it('only mentions one in many, and counts of an SDK without their cause', () => {
    expect(find(many(200, (k) => request(k, k === 1 ? 'fault' : 'ok')))).toEqual([
      expect.objectContaining({ verdict: 'pass', severity: 'info' }),
    ]);
    const counted = many(3, (k) => madeTrace(k, made('lambda:a GET /', 0, 50, [call('dynamodb:a Query', 0, 40, { retries: 1 })])));
    expect(find(counted)[0]).toMatchObject({ verdict: 'warn', next: expect.stringContaining('log') });
    expect(find(counted)[0]?.effect).toBeUndefined();
  });

  it('has nothing to say without retries or traces', () => {
    expect(find(many(20, (k) => request(k, 'ok')))).toEqual([]);
    expect(find([])).toEqual([]);
    expect(findingsOf('retries-in-traces', run)).toEqual([]);
  });
});
