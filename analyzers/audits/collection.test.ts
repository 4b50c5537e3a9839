import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';

const run = syntheticRun({ durationS: 60 });

describe('collection', () => {
  it('has nothing to say of a whole record', () => {
    expect(findingsOf('collection', run)).toEqual([]);
  });

  it('is inconclusive where the engine never began, the record breaks off, or requests were lost', () => {
    const { exact } = run.client;
    if (!exact) throw new Error('the run has exact values');
    const cases = [
      { executionStartS: null },
      { complete: false },
      { exact: null, overflow: { names: 0, seriesLost: 4 } },
      { exact: { ...exact, requests: (exact.requests ?? 0) + 1 } },
    ];
    for (const client of cases) {
      expect(findingsOf('collection', withClient(run, client))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    }
  });

  it('does not say of a run that was over at once that it never began', () => {
    const [finding] = findingsOf('collection', withClient(run, { executionStartS: null }));
    expect(finding).toMatchObject({ title: 'the run was over before k6 had told of a user', next: expect.stringContaining('duration') });
    expect(findingsOf('collection', withClient(run, { executionStartS: null, iterations: [] }))[0]?.title).toMatch(/never began/);
  });

  it('only warns of series lost where every request is there: they are metrics of the script’s own', () => {
    expect(findingsOf('collection', withClient(run, { overflow: { names: 0, seriesLost: 1 } }))).toEqual([
      expect.objectContaining({ verdict: 'warn', title: expect.stringMatching(/^Metrics of the script's own are missing: 1 of/) }),
    ]);
  });

  it('tells of gaps, which move values in time but lose none', () => {
    const gaps = [
      { fromS: run.client.startS + 20, toS: run.client.startS + 21.5 },
      { fromS: run.client.startS + 30, toS: run.client.startS + 32.5 },
    ];
    expect(findingsOf('collection', withClient(run, { gaps }))).toEqual([
      expect.objectContaining({ verdict: 'pass', title: 'Measurements came late 2 times, by up to 2.5 s' }),
    ]);
  });
});
