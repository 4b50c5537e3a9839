import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from './contract.ts';
import {
  addUp,
  busiestPerS,
  highest,
  isTold,
  lowest,
  mean,
  type Name,
  samples,
  shareAt,
  sinceAt,
  sinceShareAt,
  stretchOf,
  total,
  weightedMean,
} from './platform-series.ts';
import type { TelemetryFile } from './telemetry-file.ts';
import { ALL_READ } from './unread-series.ts';

const series = (node: string, metric: string, stat: string, values: (number | null)[]) => ({ node, metric, stat, values });
const file: TelemetryFile = {
  schemaVersion: SCHEMA_VERSION,
  periodS: 10,
  times: [100, 110, 120, 130],
  nodes: [{ id: 'a' }, { id: 'a/index' }, { id: 'b' }],
  edges: [],
  series: [
    series('a', 'Sum', 'Sum', [1, null, 3, 20]),
    series('a', 'Mean', 'Average', [10, 99, 40, 7]),
    series('a', 'Zero', 'Sum', [0, 0, 0, 0]),
    series('a/index', 'Sum', 'Sum', [null, 5, null, null]),
    series('b', 'Sum', 'Sum', [null, null, null, null]),
  ],
};
const sum: Name = ['a', 'Sum', 'Sum'];
const average: Name = ['a', 'Mean', 'Average'];
const none: Name = ['b', 'Sum', 'Sum'];

describe('stretchOf', () => {
  it('has the periods of which at least half lies within', () => {
    expect(stretchOf(file, 100, 130).periods).toEqual([0, 1, 2]);
    expect(stretchOf(file, 105, 124).periods).toEqual([0, 1]);
    expect(stretchOf(file, 106, 125).periods).toEqual([1, 2]);
    expect(stretchOf(file, 200, 230).periods).toEqual([]);
    expect(stretchOf(file, 112, 115).periods).toEqual([]);
  });

  it('cuts time into stretches that share no period and leave none out', () => {
    fc.assert(
      fc.property(fc.double({ min: 90, max: 150, noNaN: true }), (cut) => {
        const halves = [...stretchOf(file, 90, cut).periods, ...stretchOf(file, cut, 150).periods];
        expect([...new Set(halves)]).toEqual([0, 1, 2, 3]);
      }),
    );
  });
});

describe('reading', () => {
  const stretch = stretchOf(file, 100, 130);

  it('leaves out what was not measured, which is never zero', () => {
    expect(samples(stretch, sum)).toEqual([
      { timeS: 100, value: 1 },
      { timeS: 120, value: 3 },
    ]);
    expect([total(stretch, sum), highest(stretch, sum), lowest(stretch, sum), mean(stretch, sum)]).toEqual([4, 3, 1, 2]);
    for (const read of [total, highest, lowest, mean, busiestPerS]) {
      expect(read(stretch, none)).toBeNull();
      expect(read(stretch, ['nobody', 'Sum', 'Sum'])).toBeNull();
    }
    expect(shareAt(stretch, none, 1)).toBeNull();
    expect(sinceAt(stretch, none, 1)).toBeNull();
    expect(total(stretch, ['a', 'Zero', 'Sum'])).toBe(0);
  });

  it('weighs a mean by what it is the mean of', () => {
    expect(weightedMean(stretch, average, sum)).toBe((10 * 1 + 40 * 3) / 4);
    expect(weightedMean(stretch, average, none)).toBeNull();
    expect(weightedMean(stretch, average, ['a', 'Zero', 'Sum'])).toBeNull();
  });

  it('tells rates, shares and beginnings', () => {
    expect(busiestPerS(stretch, sum)).toBe(0.3);
    expect(shareAt(stretch, sum, 3)).toBe(0.5);
    expect(sinceAt(stretch, sum, 2)).toBe(120);
    expect(sinceAt(stretch, sum, 4)).toBeNull();
  });

  it('tells of what was so before the stretch since when it was', () => {
    const since = (values: (number | null)[], periods = [2, 3]) =>
      sinceAt({ file: { ...file, series: [series('a', 'Sum', 'Sum', values)] }, periods, unread: ALL_READ }, sum, 5);
    expect(since([1, 5, 6, 7])).toBe(110);
    expect(since([9, 1, 6, 7])).toBe(120);
    expect(since([9, null, 6, 7])).toBe(120);
    expect(since([9, 9, 1, 7])).toBe(130);
    expect(since([9, 9, 1, 1])).toBeNull();
  });

  it('tells since when one count is a share of another', () => {
    const since = (part: (number | null)[], whole: (number | null)[], periods = [2, 3]) => {
      const both = [series('a', 'Part', 'Sum', part), series('a', 'Sum', 'Sum', whole)];
      return sinceShareAt({ file: { ...file, series: both }, periods, unread: ALL_READ }, ['a', 'Part', 'Sum'], sum, 0.1);
    };
    expect(since([0, 1, 1, 5], [10, 10, 10, 10])).toBe(110);
    expect(since([1, 1, 1, 5], [10, 10, 100, 10])).toBe(130);
    expect(since([0, 0, 0, 0], [10, 10, null, 10])).toBeNull();
    expect(since([0, 0, 2, 0], [10, 10, null, 10])).toBe(120);
  });

  it('adds up period by period', () => {
    expect(addUp(stretch, [sum, ['a/index', 'Sum', 'Sum']])).toEqual([
      { timeS: 100, value: 1 },
      { timeS: 110, value: 5 },
      { timeS: 120, value: 3 },
    ]);
  });

  it('knows of whom anything was told, by itself or by its parts', () => {
    expect(isTold(stretch, 'a')).toBe(true);
    expect(isTold(stretch, 'b')).toBe(false);
    const parts = { ...file, series: file.series.filter(({ node }) => node !== 'a') };
    expect(isTold({ ...stretch, file: parts }, 'a')).toBe(true);
  });
});
