import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { type PlatformRun, withPlatform, withSeries } from '../tests/platform.ts';
import { stretchOf } from './platform-series.ts';
import { attemptsOf, operationSeries, operationsOf } from './table-operations.ts';

const node = 'dynamodb:guilds';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const { startS } = run.client;
const stretchIn = ({ platform }: PlatformRun) => stretchOf(platform, startS + 20, startS + 40);
const queried = withSeries(
  withSeries(run, node, 'SuccessfulRequestLatency:Query', 'SampleCount', (_, timeS) => (timeS < startS + 30 ? 10 : 30)),
  node,
  'SuccessfulRequestLatency:Query',
  'Average',
  (_, timeS) => (timeS < startS + 30 ? 2 : 4),
);

describe('operationSeries', () => {
  it('adds up calls and their time, each period by its weight', () => {
    expect(operationSeries(stretchIn(queried), node, 'Query')).toEqual({ count: 80, totalMs: 20 * 2 + 60 * 4 });
    expect(operationSeries(stretchIn(queried), node, 'Scan')).toEqual({ count: 0, totalMs: 0 });
  });
});

describe('operationsOf', () => {
  it('lists each once', () => {
    expect(operationsOf(stretchIn(queried), node)).toEqual(['Query']);
    expect(operationsOf(stretchIn(queried), 'dynamodb:characters')).toEqual([]);
  });
});

describe('attemptsOf', () => {
  it('is unknown where nothing was served, and takes what was not told for none', () => {
    expect(attemptsOf(stretchIn(run), node)).toBeNull();
    const served = withSeries(run, node, 'SuccessfulRequestLatency', 'SampleCount', 5);
    expect(attemptsOf(stretchIn(served), node)).toEqual({ refused: 0, failed: 0, served: 20 });
    expect(attemptsOf(stretchIn(withSeries(served, node, 'ThrottledRequests', 'Sum', 2)), node)).toEqual({
      refused: 8,
      failed: 0,
      served: 20,
    });
  });
});
