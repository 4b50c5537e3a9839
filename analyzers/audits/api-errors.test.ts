import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withHours, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'api-errors';
const node = 'apigateway:api';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const failing = (metric: string, share: number) =>
  withSeries(run, node, metric, 'Sum', (requests) => (requests === 0 ? null : share * requests));

describe('api-errors', () => {
  it('has nothing to say of good answers, of few errors, of silence, and of no API', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, failing('5XXError', 0.001))).toEqual([]);
    expect(findingsOf(id, withSilent(run, node))).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it('warns of server errors, beside what the functions say of the same time', () => {
    const [finding] = findingsOf(id, failing('5XXError', 0.05));
    expect(finding).toMatchObject({ verdict: 'warn', title: 'apigateway:api answered 5 % of its requests with 5XX' });
    expect(finding?.evidence.map(({ what }) => what)).toContain('Throttles of all functions');
    const http = withSeries(failing('5xx', 0.05), node, '5XXError', 'Sum', null);
    expect(findingsOf(id, http)).toHaveLength(1);
  });

  it("notes a great many of the caller's mistakes", () => {
    expect(findingsOf(id, failing('4XXError', 0.2))).toEqual([expect.objectContaining({ verdict: 'pass', severity: 'low' })]);
    expect(findingsOf(id, failing('4XXError', 0.02))).toEqual([]);
  });

  it('tells failures of a WebSocket API by its own counts', () => {
    const chat = 'apigateway:chat';
    const of = (metric: string, share: number) =>
      findingsOf(
        id,
        withSeries(run, chat, metric, 'Sum', (requests) => (requests === 0 ? null : share * 0.1 * requests)),
      );
    for (const metric of ['IntegrationError', 'ExecutionError'])
      expect(of(metric, 0.05)).toEqual([
        expect.objectContaining({
          verdict: 'warn',
          title: 'apigateway:chat answered 5 % of its messages and connections with an error of its integration',
          effect: expect.stringContaining('messages and connections'),
        }),
      ]);
    expect(of('ClientError', 0.2)).toEqual([expect.objectContaining({ verdict: 'pass', title: expect.stringContaining('(ClientError)') })]);
    expect(of('IntegrationError', 0.001)).toEqual([]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
