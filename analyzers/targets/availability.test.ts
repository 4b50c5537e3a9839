import { describe, expect, it } from 'vitest';
import { type SyntheticRun, syntheticRun } from '../../tests/artifacts.ts';
import { MISSING, targetOf, withClient, withLimit } from '../../tests/judged.ts';
import { countUnanswered } from './availability.ts';

const healthy = syntheticRun({ users: 400, durationS: 120 });

/** A healthy run in which so many requests of the first endpoint failed with this status. */
function withFailures(run: SyntheticRun, status: string, count: number, errorCode = ''): SyntheticRun {
  const [first, ...rest] = run.client.endpoints;
  if (first === undefined) throw new Error('the run has an endpoint');
  const errors = [...first.errors];
  errors[60] = (errors[60] ?? 0) + count;
  return withClient(run, {
    endpoints: [{ ...first, errors }, ...rest],
    errorClasses: [...run.client.errorClasses, { endpoint: first.name, status, errorCode, count }],
  });
}

describe('availability', () => {
  it('takes 2,995 requests without a failure to claim 99.9 %', () => {
    expect(targetOf('availability', healthy)).toMatchObject({ verdict: 'pass', value: 1 });
    const few = syntheticRun({ users: 30, durationS: 60 });
    expect(few.client.exact?.requests).toBeLessThan(2995);
    expect(targetOf('availability', few)).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/to claim 99.9 % takes 2,995 requests without a failure, \d+ \w+ of this load; there were [\d,]+$/),
      settledInS: expect.closeTo((2995 * 60) / (few.client.exact?.requests ?? 0), 6),
    });
  });

  it('fails few requests, too, where the miss is certain', () => {
    const few = syntheticRun({ users: 30, durationS: 60 });
    expect(targetOf('availability', withFailures(few, '503', 40)).verdict).toBe('fail');
  });

  it('counts 5xx, no response and 429 as unanswered, and other 4xx as answers', () => {
    for (const status of ['500', '503', '0', '429']) expect(countUnanswered(withFailures(healthy, status, 7).client).unanswered).toBe(7);
    for (const status of ['400', '401', '404', '409']) expect(countUnanswered(withFailures(healthy, status, 7).client).unanswered).toBe(0);
  });

  it('leaves out requests that never left', () => {
    const all = countUnanswered(healthy.client).requests;
    expect(countUnanswered(withFailures(healthy, '0', 7, '1110').client)).toEqual({ requests: all - 7, unanswered: 0 });
  });

  it('takes failures of unknown class for unanswered', () => {
    const lost = withClient(withFailures(healthy, '404', 7), { errorClasses: [] });
    expect(countUnanswered(lost.client).unanswered).toBe(7);
  });

  it('says how much would settle a close call', () => {
    const requests = healthy.client.exact?.requests ?? 0;
    const close = targetOf('availability', withFailures(healthy, '500', Math.round(requests * 0.0008)));
    expect(close).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/got no answer: about [\d,]+ requests, [\d]+ \w+ of this load, would settle it/),
    });
    expect(targetOf('availability', withLimit(healthy, 'availability', 1))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no number of requests proves that none ever fails',
    });
  });

  it('is inconclusive without data', () => {
    expect(targetOf('availability', { ...healthy, client: MISSING })).toMatchObject({ verdict: 'inconclusive', value: null });
    expect(targetOf('availability', withClient(healthy, { endpoints: [] }))).toMatchObject({ verdict: 'inconclusive', value: null });
  });
});
