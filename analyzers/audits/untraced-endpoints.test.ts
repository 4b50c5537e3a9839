import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import { type PlatformRun, withPlatform, withSeries } from '../../tests/platform.ts';
import type { Trace } from '../contract.ts';
import { judge } from '../judge.ts';

const id = 'untraced-endpoints';
const node = 'lambda:character';

/** One endpoint, GET /characters/:id, with a median of 400 ms. */
const slow = withPlatform(syntheticRun({ durationS: 60, endpoints: 1, latencyMs: 400, thinkTimeS: 1 }));
/** Of another kind of request, so many milliseconds through a function. */
const through =
  (request: string, of: string, ms = 40) =>
  (k: number): Trace =>
    madeTrace(k, made(`apigateway:api ${request}`, 0, ms, [made(`${of} Function`, 5, ms - 5)]));
const neighbour = through('POST /characters/{id}/tasks', node);
const edges = [{ from: node, to: 'dynamodb:characters' }];
const withTraces = (run: PlatformRun, traces: Trace[]): PlatformRun => ({
  ...run,
  inventory: { ...run.inventory, edges },
  traces: tracesWith(traces),
});
const long = (run: PlatformRun): PlatformRun => withSeries(run, node, 'Duration', 'p95', 380);

describe(id, () => {
  it('names the function of the routes beside it, where that took as long and nothing that it calls did', () => {
    const run = withTraces(long(slow), many(3, neighbour));
    expect(findingsOf(id, run)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringMatching(/^GET \/characters\/:id takes \d+ ms, in lambda:character's own code by its metrics$/),
        limiter: { node, resource: 'code', harm: 'slow', since: null },
      }),
    ]);
    expect(judge(run).bottlenecks[0]?.node).toBe(node);
  });

  it.each([
    ['the function was quick', withTraces(slow, many(3, neighbour))],
    [
      'what it calls took as long',
      withTraces(withSeries(long(slow), 'dynamodb:characters', 'SuccessfulRequestLatency:Query', 'p95', 300), many(3, neighbour)),
    ],
    [
      'several functions serve the routes beside it',
      withTraces(long(slow), [...many(2, neighbour), through('GET /characters/{id}/items', 'lambda:items')(9)]),
    ],
    ['no route is beside it', withTraces(long(slow), many(3, through('GET /guilds/{id}', node)))],
    ['there is no trace at all', withTraces(long(slow), [])],
  ])('blames nobody where %s, and says that no trace tells', (_, run) => {
    const [finding, ...others] = findingsOf(id, run);
    expect(finding).toMatchObject({
      verdict: 'pass',
      severity: 'medium',
      title: expect.stringMatching(/^GET \/characters\/:id takes \d+ ms, and no whole trace of a slow one tells where$/),
    });
    expect(finding).not.toHaveProperty('limiter');
    expect(others).toEqual([]);
  });

  it('has nothing to say where a trace tells, or nothing is slow', () => {
    expect(findingsOf(id, withTraces(long(slow), many(3, through('GET /characters/{id}', node, 400))))).toEqual([]);
    const fast = withPlatform(syntheticRun({ durationS: 60, endpoints: 1, latencyMs: 40, thinkTimeS: 1 }));
    expect(findingsOf(id, withTraces(long(fast), many(3, neighbour)))).toEqual([]);
  });
});
