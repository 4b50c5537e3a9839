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

  it('leaves the API out of it where its rate and burst were not near, as for a limit of the application', () => {
    const near = (ratePerS: number, burst: number | null) => findingsOf(id, withLimits(refused(run), node, { ratePerS, burst }))[0];
    // The players send some 200 requests a second.
    for (const [ratePerS, burst] of [
      [10_000, 5000],
      [10_000, null],
    ] as const) {
      expect(near(ratePerS, burst)?.limiter).toBeUndefined();
      expect(near(ratePerS, burst)?.title).toMatch(/^77 requests of the run got 429 from behind apigateway:api.* 10,000 requests\/s$/);
      expect(near(ratePerS, burst)?.next).not.toContain('Raise the throttling rate');
    }
    for (const [ratePerS, burst] of [
      [10_000, 100],
      [250, 5000],
    ] as const)
      expect(near(ratePerS, burst)?.limiter).toMatchObject({ resource: 'rate-limit' });
  });

  it('says since when: by the metric, or by the players where it does not tell', () => {
    const limited = withLimits(refused(run), node, { ratePerS: 100, burst: 20 });
    const at = run.client.startS + 25;
    const late = withSeries(limited, node, '4XXError', 'Sum', (_, timeS) => (timeS >= at ? 7 : 0));
    expect(findingsOf(id, late)[0]?.limiter?.since).toBe(at);
    const endpoints = late.client.endpoints.map((each) => ({ ...each, errors: each.errors.map((_, slot) => (slot >= 33 ? 1 : 0)) }));
    const silent = { ...withSeries(late, node, '4XXError', 'Sum', null), client: { ...late.client, endpoints } };
    expect(findingsOf(id, silent)[0]?.limiter?.since).toBe(run.client.startS + 33);
  });

  it('says which setting could not be read', () => {
    const [unread] = findingsOf(id, withLimits(refused(run), node, { ratePerS: null }));
    expect(unread).toMatchObject({ next: expect.stringContaining('could not be read'), limiter: { node } });
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(refused(run)))[0]?.evidence.map(({ what }) => what)).toContain(
      'Did the API turn requests away by its rate limit?',
    );
  });
});
