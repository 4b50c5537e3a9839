import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING } from '../../tests/judged.ts';
import { call, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import type { Trace } from '../contract.ts';

const run = syntheticRun({ durationS: 60 });
const startS = run.client.startS + 30;
const slow = (k: number): Trace =>
  madeTrace(k, made('apigateway:api GET /items', 0, 100, [call('dynamodb:items Query', 10, 70 + (k % 5))]), { startS, weight: 2 });

describe('critical-path', () => {
  it('has nothing to say where no platform was asked', () => {
    expect(findingsOf('critical-path', run)).toEqual([]);
  });

  it('names what requests spend their time on, with its interval', () => {
    const [finding] = findingsOf('critical-path', { ...run, traces: tracesWith(many(40, slow)) });
    expect(finding).toMatchObject({ verdict: 'pass', title: '62 % of the time of requests is dynamodb:items Query' });
    expect(finding?.evidence[0]).toMatchObject({
      value: expect.closeTo(62),
      unit: '%',
      interval: [expect.any(Number), expect.any(Number)],
    });
    expect(finding?.next).toContain('62 ms');
    expect(finding?.why).toContain('steady window');
  });

  it('says so where there are few, or a sample, or ids came back changed', () => {
    const [few] = findingsOf('critical-path', { ...run, traces: tracesWith(many(3, slow)) });
    expect(few).toMatchObject({ severity: 'info', title: expect.stringContaining('by only 3 traces') });
    const [sample] = findingsOf('critical-path', { ...run, traces: tracesWith(many(40, slow), { recorded: 4000, matchedBy: 'window' }) });
    expect(sample?.why).toMatch(/ids came back changed.* 40 of 4,000/);
  });

  it('says what it is where no code of the function ran', () => {
    const cold = (k: number): Trace =>
      madeTrace(
        k,
        made('apigateway:api GET /items', 0, 100, [made('lambda:items Service', 5, 95, [made('lambda:items Function', 80, 95)])]),
        { startS },
      );
    const [finding] = findingsOf('critical-path', { ...run, traces: tracesWith(many(40, cold)) });
    expect(finding).toMatchObject({ title: expect.stringContaining('75 %'), next: expect.stringContaining('wait for an environment') });
  });

  it('is inconclusive where no trace is complete, or all are missing', () => {
    const partial = many(5, (k) => ({ ...slow(k), partial: true }));
    expect(findingsOf('critical-path', { ...run, traces: tracesWith(partial) })).toEqual([
      expect.objectContaining({ verdict: 'inconclusive', title: 'None of 5 traces is complete' }),
    ]);
    expect(findingsOf('critical-path', { ...run, traces: tracesWith([]) })).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    expect(findingsOf('unanswered', { ...run, traces: MISSING })).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
  });
});
