import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finestKept, periodFor, rangeOf, resolutionOf } from './period.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
const NOW_S = 1_800_000_000;

describe('periodFor', () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
  it.each([
    [60, 1, 1],
    [60, 60, 60],
    [4 * HOUR_S, 1, 60],
    [16 * DAY_S, 60, 300],
    [64 * DAY_S, 60, HOUR_S],
    [456 * DAY_S, 60, null],
  ])('of a run %s s ago, whose metrics come by %s s, is %s', (agoS, resolutionS, expected) => {
    expect(periodFor(NOW_S - agoS, NOW_S - agoS + 30, resolutionS, NOW_S)).toBe(expected);
  });

  it('is one that CloudWatch knows, kept, and of few enough points', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * DAY_S }),
        fc.integer({ min: 1, max: DAY_S }),
        fc.constantFrom(1, 5, 10, 30, 60),
        (agoS, lengthS, resolutionS) => {
          const fromS = NOW_S - agoS - lengthS;
          const periodS = periodFor(fromS, fromS + lengthS, resolutionS, NOW_S) ?? Number.NaN;
          expect([1, 5, 10, 20, 30].includes(periodS) || periodS % 60 === 0).toBe(true);
          expect(periodS).toBeGreaterThanOrEqual(Math.max(resolutionS, finestKept(fromS, NOW_S) ?? 0));
          expect(lengthS / periodS).toBeLessThanOrEqual(3600);
        },
      ),
    );
  });
});

it.each([
  [[], 60],
  [[120, 180, 300], 60],
  [[120, 125, 140], 5],
  [[120, 150], 30],
  [[121, 122], 1],
])('sees in datapoints at %j a resolution of %s s', (times, expected) => {
  expect(resolutionOf(times)).toBe(expected);
});

it('widens a range to whole periods', () => {
  expect(rangeOf(61, 119, 60)).toEqual({ startS: 60, endS: 120, periodS: 60 });
});
