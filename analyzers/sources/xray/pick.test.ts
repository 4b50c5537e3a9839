import { describe, expect, it } from 'vitest';
import { randomSource } from '../../models/random.ts';
import { pick } from './pick.ts';

const random = randomSource(6).uniform;
const found = Array.from({ length: 5000 }, (_, k) => ({ id: `t${k}`, startS: k / 10, durationS: random(), revision: 1 }));

describe('pick', () => {
  it('takes all where there are few enough', () => {
    expect(pick(found, 5000)).toEqual({ ids: found.map(({ id }) => id), shares: new Map() });
  });

  it('takes the slowest all, and of the others a share of each stretch, so that shares add up to all', () => {
    const { ids, shares } = pick(found, 1000);
    expect(new Set(ids).size).toBe(1000);
    const slowest = found.toSorted((a, b) => b.durationS - a.durationS).slice(0, 200);
    for (const { id } of slowest) expect(ids.includes(id) && !shares.has(id)).toBe(true);
    expect(ids.reduce((sum, id) => sum + 1 / (shares.get(id) ?? 1), 0)).toBeCloseTo(5000);
    const early = ids.filter((id) => shares.has(id) && Number(id.slice(1)) < 2500).length;
    expect(Math.abs(early - 400)).toBeLessThan(20);
  });

  it('stays within what is wanted however little that is', () => {
    for (const max of [1, 2, 3, 50]) expect(pick(found, max).ids).toHaveLength(max);
  });
});
