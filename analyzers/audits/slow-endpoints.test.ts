import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { call, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import { withPlatform } from '../../tests/platform.ts';
import type { Trace } from '../contract.ts';
import { judge } from '../judge.ts';
import { histogramOf } from '../models/histogram.ts';

/** One endpoint, GET /characters/:id, with a median of 400 ms. */
const slow = syntheticRun({ durationS: 60, endpoints: 1, latencyMs: 400, thinkTimeS: 1 });
const fast = syntheticRun({ durationS: 60, endpoints: 1, latencyMs: 40, thinkTimeS: 1 });
const find = (traces: Trace[], run = slow) => findingsOf('slow-endpoints', { ...run, traces: tracesWith(traces) });

/** A request through Lambda that spends so much of `ms` in the function itself, and the rest in a table. */
const through =
  (ownShare: number, ms = 400, partial = false) =>
  (k: number): Trace => {
    const query = call('dynamodb:characters Query', 10, 10 + (ms - 20) * (1 - ownShare));
    const below = [made('lambda:character Function', 5, ms - 5, [made('lambda:character Invocation', 5, ms - 5, [query])])];
    return madeTrace(k, made('apigateway:api GET /characters/{characterId}', 0, ms, [made('lambda:character Service', 5, ms - 5, below)]), {
      partial,
    });
  };

describe('slow-endpoints', () => {
  it("names the function whose own code a slow endpoint's time goes into", () => {
    const [finding, ...others] = find(many(3, through(0.9)));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ verdict: 'warn', limiter: { node: 'lambda:character', resource: 'code', harm: 'slow' } });
    expect(finding?.title).toMatch(/^GET \/characters\/:id takes \d+ ms, 88 % of it in lambda:character's own code$/);
    expect(judge({ ...slow, traces: tracesWith(many(3, through(0.9))) }).bottlenecks).toMatchObject([{ node: 'lambda:character' }]);
  });

  it('names what the function waits for where most of the time goes there', () => {
    const [finding] = find(many(3, through(0.2)));
    expect(finding).toMatchObject({
      limiter: { node: 'dynamodb:characters', resource: 'time' },
      title: expect.stringContaining('dynamodb:characters Query'),
    });
  });

  it('advises on starts where the time goes before the function runs, in whichever span it shows', () => {
    const cold = (initMs: number) => (k: number) => {
      const init = made('lambda:character Initialization', 100, 100 + initMs);
      const runs = made('lambda:character Function', 350, 395, [made('lambda:character Invocation', 350, 395)]);
      return madeTrace(
        k,
        made('apigateway:api GET /characters/{characterId}', 0, 400, [made('lambda:character Service', 5, 395, [init, runs])]),
      );
    };
    for (const initMs of [250, 120]) {
      expect(find(many(3, cold(initMs)))).toEqual([
        expect.objectContaining({
          limiter: expect.objectContaining({ node: 'lambda:character', resource: 'cold-starts' }),
          title: expect.stringMatching(/% of it in lambda:character's starts/),
          next: expect.stringMatching(/^Set a provisioned concurrency for lambda:character.* a smaller package/),
          effect: expect.stringMatching(/^A request of GET \/characters\/:id would take up to 345 ms less/),
        }),
      ]);
    }
    const [asked] = judge({ ...withPlatform(slow), traces: tracesWith(many(3, cold(250))) }).bottlenecks;
    expect(asked).toMatchObject({ resource: 'cold-starts', recommendation: expect.stringMatching(/concurrency of \d+ \(/) });
  });

  it('says what to do instead of a scan', () => {
    const scanning = (k: number) =>
      madeTrace(k, made('apigateway:api GET /characters/{characterId}', 0, 400, [call('dynamodb:characters Scan', 5, 395)]));
    expect(find(many(3, scanning))).toMatchObject([
      { limiter: { node: 'dynamodb:characters', resource: 'index' }, next: expect.stringContaining('global secondary index') },
    ]);
  });

  it('blames nobody where two share the time, or the endpoint is not slow', () => {
    expect(find(many(3, through(0.5)))).toEqual([]);
    expect(find(many(3, through(0.9)), fast)).toEqual([]);
  });

  it('judges the steady window: a start that was slow is no bottleneck, and one that never settled counts as a whole', () => {
    const latencyFactor = (elapsedS: number): number => (elapsedS < 80 ? 10 : 1);
    const started = syntheticRun({ durationS: 140, rampS: 10, endpoints: 1, latencyMs: 40, ratePerS: 50, latencyFactor });
    const warmedUp = { ...started, plan: { ...started.plan, warmUpS: 71 } };
    expect(judge(warmedUp).window).toMatchObject({ steady: true });
    expect(find(many(3, through(0.9)), warmedUp)).toEqual([]);
    const neverFull = { ...started, plan: { ...started.plan, plateau: null } };
    expect(find(many(3, through(0.9)), neverFull)).toHaveLength(1);
  });

  it('takes five slow requests for a slow kind, and no fewer', () => {
    /** One in each of the last seconds. */
    const few = (count: number) => {
      const { client } = slow;
      const latencyS = Array.from({ length: client.slots }, (_, i) => (i >= client.slots - count ? histogramOf([0.4]) : null));
      return { ...slow, client: { ...client, endpoints: client.endpoints.map((each) => ({ ...each, latencyS })) } };
    };
    expect(find(many(3, through(0.9)), few(5))).toHaveLength(1);
    expect(find(many(3, through(0.9)), few(4))).toEqual([]);
  });

  it('takes no trace of a fast request, nor a partial one, for a slow one', () => {
    expect(find(many(3, through(0.9, 100)))).toEqual([]);
    expect(find(many(3, through(0.9, 400, true)))).toEqual([]);
    expect(find([])).toEqual([]);
  });
});
