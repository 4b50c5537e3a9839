import { describe, expect, it } from 'vitest';
import { lineThrough } from './line.ts';

describe('lineThrough', () => {
  const points = [1.1, 1.9, 3.2, 3.9, 5.1].map((y, i) => [i + 1, y] as const);

  it('agrees with a textbook line', () => {
    // Residuals 0.06, −0.14, 0.16, −0.14, 0.06: s² = 0.072 / 3, so that the slope's variance is 0.024 / 10; t(0.975, 3) = 3.18245.
    const line = lineThrough(points);
    expect(line).toMatchObject({ slope: expect.closeTo(1, 10), intercept: expect.closeTo(0.04, 10), t: expect.closeTo(3.18245, 5) });
    expect(line.slopeVariance).toBeCloseTo(0.0024, 10);
    expect(line.interceptVariance).toBeCloseTo(0.024 * (1 / 5 + 9 / 10), 10);
    expect(line.covariance).toBeCloseTo(-0.024 * (3 / 10), 10);
  });

  it('takes a point that weighs twice for two', () => {
    const weighed = lineThrough(points, [1, 1, 2, 1, 1]);
    const twice = lineThrough([...points, [3, 3.2]]);
    expect(weighed.slope).toBeCloseTo(twice.slope, 10);
    expect(weighed.intercept).toBeCloseTo(twice.intercept, 10);
    // But it is one point: of 3 degrees of freedom, not 4.
    expect(weighed.slopeVariance * 3).toBeCloseTo(twice.slopeVariance * 4, 10);
  });

  it('goes by the weights among each other', () => {
    const [by1, by10] = [1, 10].map((times) =>
      lineThrough(
        points,
        [5, 4, 3, 2, 1].map((weight) => times * weight),
      ),
    );
    for (const key of ['slope', 'intercept', 'slopeVariance', 'interceptVariance', 'covariance'] as const)
      expect(by10?.[key]).toBeCloseTo(by1?.[key] ?? Number.NaN, 10);
  });
});
