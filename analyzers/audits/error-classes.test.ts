import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';

const run = syntheticRun({ durationS: 60, errorRate: 0.03 });
const withClass = (status: string, errorCode: string) =>
  findingsOf('error-classes', withClient(run, { errorClasses: [{ endpoint: 'POST /auth/login', status, errorCode, count: 40 }] }))[0];

describe('error-classes', () => {
  it('has nothing to say where nothing failed', () => {
    expect(findingsOf('error-classes', syntheticRun({ durationS: 60 }))).toEqual([]);
  });

  it('names what failed most, and leaves the verdict to the targets', () => {
    const [finding] = findingsOf('error-classes', run);
    expect(finding).toMatchObject({
      verdict: 'pass',
      severity: 'medium',
      title: expect.stringContaining('GET /characters/:id (status 500)'),
      effect: expect.stringMatching(/^Up to [\d,]+ requests, 1\.\d+ % of all, would succeed\.$/),
    });
    const counts = finding?.evidence.map(({ value }) => Number(value)) ?? [];
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(counts.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ['0', '1212', /refused/],
    ['0', '1050', /time limit/],
    ['0', '1110', /allowedTargets/],
    ['429', '1429', /throttled/],
    ['503', '1503', /capacity/],
    ['507', '', /its own log/],
    ['418', '', /rejected/],
    ['0', '1999', /no response/],
  ])('advises on status %s with code %s', (status, errorCode, advice) => {
    expect(withClass(status, errorCode)?.next).toMatch(advice);
  });

  it('is severe where one request in ten fails, and survives classes without requests', () => {
    expect(findingsOf('error-classes', syntheticRun({ durationS: 60, errorRate: 0.3 }))[0]?.severity).toBe('high');
    expect(findingsOf('error-classes', withClient(run, { endpoints: [] }))).toHaveLength(1);
  });
});
