import { describe, expect, it } from 'vitest';
import { randomSource } from './random.ts';
import { type Demand, demandOf } from './utilisation.ts';

const line = (demandS: number, idle: number, loads: readonly number[], noise = 0, seed = 1) => {
  const random = randomSource(seed);
  return loads.map((throughput) => ({ throughput, used: Math.max(0, idle + demandS * throughput + noise * random.normal()) }));
};
const STEPS = [20, 40, 60, 80, 100, 120, 140, 160];
const seeds = Array.from({ length: 1000 }, (_, i) => i + 1);

describe('demandOf', () => {
  it('finds the demand that points lie on, and the load that takes all there is', () => {
    expect(demandOf(line(0.004, 0.1, STEPS), 1)).toMatchObject({
      perRequest: expect.closeTo(0.004, 10),
      idle: expect.closeTo(0.1, 10),
      saturation: { throughput: expect.closeTo(225, 6) },
      reason: null,
    });
  });

  it('agrees with a textbook line', () => {
    // Residuals 0.06, −0.14, 0.16, −0.14, 0.06: s² = 0.072 / 3, so that the slope's error is √(0.024 / 10); t(0.975, 3) = 3.18245.
    const points = [1.1, 1.9, 3.2, 3.9, 5.1].map((used, i) => ({ throughput: i + 1, used }));
    const demand = demandOf(points, 10) as Demand;
    expect(demand.perRequest).toBeCloseTo(1, 10);
    expect(demand.perRequestCi95[1] - 1).toBeCloseTo(3.18245 * Math.sqrt(0.0024), 5);
  });

  it('holds the truth in its intervals as often as it says', () => {
    const found = seeds.flatMap((seed) => {
      const demand = demandOf(line(0.004, 0.05, STEPS, 0.02, seed), 1);
      return 'perRequest' in demand ? [demand] : [];
    });
    const share = (of: (demand: Demand) => readonly [number, number] | undefined, truth: number): number =>
      found.filter((demand) => {
        const interval = of(demand);
        return interval !== undefined && interval[0] <= truth && truth <= interval[1];
      }).length / found.length;
    const shares = [
      share(({ perRequestCi95 }) => perRequestCi95, 0.004),
      share(({ idleCi95 }) => idleCi95, 0.05),
      share(({ saturation }) => saturation?.ci95, (1 - 0.05) / 0.004),
    ];
    expect(found).toHaveLength(seeds.length);
    // 95 % of a thousand, give or take three standard errors.
    for (const each of shares) expect(Math.abs(each - 0.95)).toBeLessThan(0.021);
  });

  it('gives no saturation of what load does not touch', () => {
    const random = randomSource(3);
    const flat = STEPS.map((throughput) => ({ throughput, used: 0.3 + 0.05 * random.normal() }));
    expect(demandOf(flat, 1)).toMatchObject({ saturation: null, reason: expect.stringContaining('does not grow') });
    expect(demandOf(line(0.1, 2, STEPS), 1)).toMatchObject({ saturation: null, reason: expect.stringContaining('no load at all') });
  });

  it.each([
    [
      'two loads',
      [
        { throughput: 1, used: 1 },
        { throughput: 2, used: 2 },
        { throughput: 2, used: 2.1 },
      ],
      1,
      '2 different loads',
    ],
    ['no number', [{ throughput: 1, used: Number.NaN }], 1, 'Point 1'],
    [
      'less than nothing',
      [
        { throughput: 1, used: 1 },
        { throughput: -1, used: 1 },
      ],
      1,
      'Point 2',
    ],
    ['no limit', [], 0, 'limit is 0'],
  ])('gives a reason instead of a line for %s', (_, points, limit, reason) => {
    expect(demandOf(points, limit)).toEqual({ reason: expect.stringContaining(reason) });
  });
});
