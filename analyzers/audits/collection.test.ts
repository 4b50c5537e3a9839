import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';

const run = syntheticRun({ durationS: 60 });

describe('collection', () => {
  it('has nothing to say of a whole record', () => {
    expect(findingsOf('collection', run)).toEqual([]);
  });

  it('is inconclusive where the engine never began, the record breaks off, or series were lost', () => {
    const cases = [{ executionStartS: null }, { complete: false }, { overflow: { names: 0, seriesLost: 4 } }];
    for (const client of cases) {
      expect(findingsOf('collection', withClient(run, client))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
    }
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
