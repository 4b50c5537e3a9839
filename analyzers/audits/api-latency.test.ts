import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { type PlatformRun, withHours, withPlatform, withSeries } from '../../tests/platform.ts';

const id = 'api-latency';
const node = 'apigateway:api';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const taking = (latencyMs: number, integrationMs: number, p95Ms: number): PlatformRun =>
  withSeries(
    withSeries(withSeries(run, node, 'Latency', 'Average', latencyMs), node, 'IntegrationLatency', 'Average', integrationMs),
    node,
    'Latency',
    'p95',
    p95Ms,
  );

describe('api-latency', () => {
  it('has nothing to say of a quick API, and of one that told no latency', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withSeries(run, node, 'IntegrationLatency', 'Average', null))).toEqual([]);
  });

  it('says where the time goes where the target is missed', () => {
    expect(findingsOf(id, taking(1000, 990, 2500))).toEqual([
      expect.objectContaining({ verdict: 'pass', title: expect.stringMatching(/took 2,500 ms .* 99 % of its time is what it calls/) }),
    ]);
  });

  it('warns of an API that takes long itself', () => {
    expect(findingsOf(id, taking(400, 150, 500))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        title: expect.stringContaining('itself takes 250 ms'),
        next: expect.stringContaining('authorizer'),
      }),
    ]);
  });

  it('is inconclusive where no period lies within the window', () => {
    expect(findingsOf('unanswered', withHours(run))).toHaveLength(1);
  });
});
