import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { type PlatformRun, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'request-reconciliation';
const node = 'apigateway:api';
const bare = withPlatform(syntheticRun({ durationS: 60 }));
const run: PlatformRun = { ...bare, inventory: { ...bare.inventory, edges: [{ from: node, to: 'lambda:character' }] } };
const sent = run.client.exact?.requests ?? 0;
const counting = (at: string, metric: string, factor: number, of = run) =>
  withSeries(of, at, metric, 'Sum', (requests) => (requests === 0 ? null : factor * requests));
const withClass = (of: PlatformRun, status: string, count: number): PlatformRun => ({
  ...of,
  client: { ...of.client, errorClasses: [{ endpoint: 'GET /characters/:id', status, errorCode: '', count }] },
});
const titleOf = (of: PlatformRun) =>
  findingsOf(id, of).map(({ title, verdict, effect }) => {
    expect(effect).toBeDefined();
    return [verdict, title];
  });

describe('request-reconciliation', () => {
  it('has nothing to say where all count the same, or there is no gateway', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('names each gap: lost, unanswered, not ours, never at a function', () => {
    expect(titleOf(counting('lambda:character', 'Invocations', 0.8, counting(node, 'Count', 0.8)))).toEqual([
      ['inconclusive', expect.stringMatching(/were lost between the players and API Gateway's metrics$/)],
    ]);
    expect(titleOf(withClass(counting('lambda:character', 'Invocations', 0.8, counting(node, 'Count', 0.8)), '0', sent * 0.2))).toEqual([
      ['warn', expect.stringMatching(/got no answer and never came to API Gateway$/)],
    ]);
    expect(titleOf(counting('lambda:character', 'Invocations', 1.5, counting(node, 'Count', 1.5)))).toEqual([
      ['warn', expect.stringMatching(/^API Gateway counted [\d,]+ requests more than the [\d,]+ that the players sent$/)],
    ]);
    expect(titleOf(counting('lambda:character', 'Invocations', 0.5))).toEqual([
      ['warn', expect.stringMatching(/came to API Gateway and to no function$/)],
    ]);
    expect(titleOf(counting('lambda:character', 'Invocations', 2))).toEqual([['warn', expect.stringMatching(/more than it was asked$/)]]);
  });

  it('takes what was throttled into account, by the gateway or by Lambda', () => {
    const half = counting('lambda:character', 'Invocations', 0.5);
    expect(findingsOf(id, withClass(half, '429', sent / 2))).toEqual([]);
    expect(findingsOf(id, counting('lambda:character', 'Throttles', 0.5, half))).toEqual([]);
  });

  it('tells traffic that goes on without the run', () => {
    const busy = withSeries(run, node, 'Count', 'Sum', (requests) => requests + 500);
    expect(titleOf(busy)[0]?.[1]).toMatch(/as it would without the run$/);
  });

  it('takes what was cut off at the end of the run, up to one request of each player, for no gap', () => {
    const more = 1 + 150 / sent;
    expect(findingsOf(id, counting('lambda:character', 'Invocations', more))).toEqual([]);
    expect(findingsOf(id, counting('lambda:character', 'Invocations', more, counting(node, 'Count', more)))).toEqual([]);
  });

  it('compares what the metrics cover, where they end before the run', () => {
    const times = run.platform.times.slice(0, -Math.ceil(80 / run.platform.periodS));
    const series = run.platform.series.map((each) => ({ ...each, values: each.values.slice(0, times.length) }));
    expect(findingsOf(id, { ...run, platform: { ...run.platform, times, series } })).toEqual([]);
  });

  it('counts what X-Ray did not sample', () => {
    const [finding] = findingsOf(id, counting(node, 'Count', 3));
    expect(finding?.evidence.find(({ what }) => what === 'not sampled by X-Ray')).toMatchObject({
      value: sent - (run.traces.recorded ?? 0),
    });
    expect(
      findingsOf(id, { ...counting(node, 'Count', 3), traces: { ...run.traces, matchedBy: 'window' } })[0]?.evidence.at(-1)?.value,
    ).toBeNull();
  });

  it('is inconclusive where the gateway counted nothing, or nothing is known of the time of the run', () => {
    expect(titleOf(withSilent(run, node))).toEqual([['inconclusive', expect.stringContaining('API Gateway counted none')]]);
    const early = { ...run, platform: { ...run.platform, times: run.platform.times.map((timeS) => timeS - 86_400) } };
    expect(findingsOf(id, early).concat(findingsOf('unanswered', early))).toContainEqual(
      expect.objectContaining({ verdict: 'inconclusive' }),
    );
  });
});
