import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { withClient } from '../tests/judged.ts';
import { traceAt } from '../tests/platform.ts';
import { clientRises } from './client-rises.ts';
import type { Evidence } from './contract.ts';

const risesOf = ({ client }: ReturnType<typeof syntheticRun>): Evidence[] => clientRises(client, [], 'dynamodb:guilds');
const seconds = (of: Evidence | undefined): number => (typeof of?.value === 'number' ? of.value : Number.NaN);

describe('clientRises', () => {
  it('tells when the mean latency rose, and between which levels', () => {
    const [latency, ...others] = risesOf(syntheticRun({ durationS: 120, latencyFactor: (s) => (s < 60 ? 1 : 4) }));
    expect(latency?.what).toMatch(/^client: mean latency of all requests rose from \d+(\.\d+)? to \d+(\.\d+)? ms after$/);
    expect(Math.abs(seconds(latency) - 60)).toBeLessThanOrEqual(2);
    expect(latency?.unit).toBe('s');
    expect(others).toEqual([]);
  });

  it('tells when the first request failed', () => {
    const run = syntheticRun({ durationS: 120 });
    const endpoints = run.client.endpoints.map((endpoint, i) => ({
      ...endpoint,
      errors: endpoint.requests.map((_, slot) => (i === 0 && slot >= 80 && slot < 83 ? 1 : 0)),
    }));
    const [errors] = risesOf(withClient(run, { endpoints }));
    expect(errors).toEqual({ what: 'client: first of 3 errors of all requests after', value: expect.closeTo(79.6, 6), unit: 's' });
  });

  it('looks at the requests that pass through the part, as far as traces tell', () => {
    const run = syntheticRun({ durationS: 120, endpoints: 2 });
    const [first, second] = run.client.endpoints;
    if (first === undefined || second === undefined) throw new Error('two endpoints were asked for');
    const failing = { ...second, errors: second.requests.map((_, slot) => (slot === 50 ? 1 : 0)) };
    const { client } = withClient(run, { endpoints: [first, failing] });
    const through = (name: string, node: string) => {
      const trace = traceAt(1, 10);
      return { ...trace, spans: trace.spans.map((span) => (span.parentId === null ? { ...span, operation: name } : { ...span, node })) };
    };
    const traces = [through(first.name, 'lambda:first'), through(second.name, 'lambda:second')];
    const felt = (node: string) => clientRises(client, traces, node);
    expect(felt('lambda:first')).toEqual([
      { what: 'client: errors of its requests, or a rise of their latency', value: 'none within the run' },
    ]);
    expect(felt('lambda:second')).toMatchObject([{ what: 'client: first of 1 error of its requests after' }]);
    expect(felt('lambda:unknown')).toMatchObject([{ what: 'client: first of 1 error of all requests after' }]);
  });

  it('says that nothing rose where all stayed as it was, fell, or rose by less than a player would tell', () => {
    const nothing = [{ what: 'client: errors of all requests, or a rise of their latency', value: 'none within the run' }];
    expect(risesOf(syntheticRun({ durationS: 120 }))).toEqual(nothing);
    expect(risesOf(syntheticRun({ durationS: 120, latencyFactor: (s) => (s < 30 ? 4 : 1) }))).toEqual(nothing);
    expect(risesOf(syntheticRun({ durationS: 120, latencySigma: 0.1, latencyFactor: (s) => (s < 60 ? 1 : 1.2) }))).toEqual(nothing);
  });

  it('says nothing of an engine that never executed', () => {
    expect(risesOf(withClient(syntheticRun({ durationS: 60 }), { executionStartS: null }))).toEqual([]);
  });
});
