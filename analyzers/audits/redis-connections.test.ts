import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf } from '../../tests/judged.ts';
import { withLimits, withoutResource, withPlatform, withSeries, withSilent } from '../../tests/platform.ts';

const id = 'redis-connections';
const node = 'elasticache:cache';
const run = withPlatform(syntheticRun({ durationS: 60 }));

describe('redis-connections', () => {
  it('has nothing to say where there are connections left, or there is no cache', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withoutResource(run, node))).toEqual([]);
  });

  it("warns near to the limit, ElastiCache's own where none was read", () => {
    expect(findingsOf(id, withLimits(run, node, { connectionsMax: 15 }))).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        severity: 'critical',
        title: 'elasticache:cache had 15 connections open, 100 % of the 15 that it takes',
        next: expect.stringContaining('maxclients above 15'),
      }),
    ]);
    const many = withSeries(withLimits(run, node, { connectionsMax: null }), node, 'CurrConnections', 'Maximum', 60_000);
    expect(findingsOf(id, many)[0]?.title).toContain('65,000');
  });

  it('warns of connections that are not kept', () => {
    expect(findingsOf(id, withSeries(run, node, 'NewConnections', 'Sum', 50))).toEqual([
      expect.objectContaining({ severity: 'medium', title: expect.stringMatching(/^10 connections a second are opened/) }),
    ]);
  });

  it('is inconclusive where it was not told', () => {
    expect(findingsOf(id, withSeries(run, node, 'CurrConnections', 'Maximum', null))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive' }),
    ]);
    expect(findingsOf('unanswered', withSilent(run, node))).toHaveLength(1);
  });
});
