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

  it('weighs each load by what noise it has', () => {
    // Weights 1, 1/2, 1/4: the means are 12/7 and 13/7, Σw(x − x̄)² is 13/7, Σw(x − x̄)(y − ȳ) is 17/7. Without weights the slope were 19/14.
    const points = [
      { throughput: 1, used: 1 },
      { throughput: 2, used: 2 },
      { throughput: 4, used: 5 },
    ];
    expect(demandOf(points, 10)).toMatchObject({ perRequest: expect.closeTo(17 / 13, 10), idle: expect.closeTo(-5 / 13, 10) });
  });

  /** Noise that grows by so much a power of the throughput, and is 0.02 in the middle, at 90 requests/s. */
  const noisy = (seed: number, power: number): ReturnType<typeof demandOf> => {
    const random = randomSource(seed);
    return demandOf(
      STEPS.map((throughput) => ({
        throughput,
        used: Math.max(0, 0.05 + 0.004 * throughput + 0.02 * (throughput / 90) ** power * random.normal()),
      })),
      1,
    );
  };
  /** How often the intervals of demand, idle use and limit hold the truth. */
  const sharesThatHold = (power: number): number[] => {
    const found = seeds.map((seed) => noisy(seed, power)).filter((each): each is Demand => 'perRequest' in each);
    expect(found).toHaveLength(seeds.length);
    const share = (of: (demand: Demand) => readonly [number, number] | undefined, truth: number): number =>
      found.filter((demand) => {
        const interval = of(demand);
        return interval !== undefined && interval[0] <= truth && truth <= interval[1];
      }).length / found.length;
    return [
      share(({ perRequestCi95 }) => perRequestCi95, 0.004),
      share(({ idleCi95 }) => idleCi95, 0.05),
      share(({ saturation }) => saturation?.ci95, (1 - 0.05) / 0.004),
    ];
  };

  it('holds the truth in its intervals as often as it says', () => {
    // 95 % of a thousand, give or take three standard errors.
    for (const each of sharesThatHold(0.5)) expect(Math.abs(each - 0.95)).toBeLessThan(0.021);
  });

  it('holds the limit as often where the noise is the same at all loads, and the demand in nine of ten', () => {
    const [demand = 0, , limit = 0] = sharesThatHold(0);
    expect(limit).toBeGreaterThanOrEqual(0.929);
    expect(demand).toBeGreaterThanOrEqual(0.9);
  });

  it('takes a load at which nothing was served', () => {
    const points = [0, 50, 100].map((throughput, i) => ({ throughput, used: [0.101, 0.298, 0.502][i] ?? 0 }));
    expect(demandOf(points, 1)).toMatchObject({ saturation: { throughput: expect.closeTo(225, 0) } });
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
