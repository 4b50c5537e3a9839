import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { type PlatformRun, withHours, withLimits, withoutResource, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'api-throttling';
const node = 'apigateway:api';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const refused = (of: PlatformRun): PlatformRun => ({
  ...withSeries(of, node, '4XXError', 'Sum', 7),
  client: { ...of.client, errorClasses: [{ endpoint: 'GET /characters/:id', status: '429', errorCode: '1429', count: 77 }] },
});

describe('api-throttling', () => {
  it('has nothing to say where nothing got 429, the API sent none, or there is no API', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withSeries(refused(run), node, '4XXError', 'Sum', 0))).toEqual([]);
    expect(findingsOf(id, withoutResource(refused(run), node))).toEqual([]);
  });

  it('says the rate to allow', () => {
    const [finding] = findingsOf(id, withLimits(refused(run), node, { ratePerS: 100, burst: 20 }));
    expect(finding).toMatchObject({
      verdict: 'warn',
      title: '77 requests of the run got 429 Too Many Requests, with apigateway:api limited to 100 requests/s',
    });
    expect(Number(/to (\d+) requests\/s or more/.exec(finding?.next ?? '')?.[1])).toBeGreaterThan(200);
  });

  it('says which setting could not be read', () => {
    expect(findingsOf(id, withLimits(refused(run), node, { ratePerS: null }))[0]?.next).toContain('could not be read');
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(refused(run)))[0]?.evidence.map(({ what }) => what)).toContain(
      'Did the API turn requests away by its rate limit?',
    );
  });
});
