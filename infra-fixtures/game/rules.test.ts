import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ACTIVITIES,
  experienceAt,
  isItemId,
  itemId,
  LEVEL_MAX,
  levelOf,
  offlineGains,
  TASK_KINDS,
  taskDurationMs,
  taskGains,
} from './rules.ts';

it('begins each level at its experience', () => {
  for (let level = 1; level <= LEVEL_MAX; level++) {
    expect(levelOf(experienceAt(level))).toBe(level);
    if (level > 1) expect(levelOf(experienceAt(level) - 1)).toBe(level - 1);
  }
  expect(levelOf(1e12)).toBe(LEVEL_MAX);
  expect(levelOf(-5)).toBe(1);
});

it('pays more for more time, never less, and no more than half a day', () => {
  const seconds = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(fc.uuid(), fc.constantFrom(...ACTIVITIES), seconds, seconds, (id, activity, a, b) => {
      const [short, long] = [offlineGains(id, activity, Math.min(a, b)), offlineGains(id, activity, Math.max(a, b))];
      expect(long.experience).toBeGreaterThanOrEqual(short.experience);
      expect(long.gold).toBeGreaterThanOrEqual(short.gold);
      expect(long.items[0]?.quantity ?? 0).toBeGreaterThanOrEqual(short.items[0]?.quantity ?? 0);
      for (const { itemId: id } of long.items) expect(isItemId(id)).toBe(true);
    }),
  );
  expect(offlineGains('c', 'combat', 10 * 86_400)).toEqual(offlineGains('c', 'combat', 43_200));
  expect(offlineGains('c', 'combat', -5)).toEqual({ experience: 0, gold: 0, items: [] });
});

it('gives tasks 100 to 800 ms and a reward, the same for the same task', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.constantFrom(...TASK_KINDS), (taskId, kind) => {
      expect(taskDurationMs(taskId)).toBeGreaterThanOrEqual(100);
      expect(taskDurationMs(taskId)).toBeLessThanOrEqual(800);
      expect(taskGains(taskId, kind)).toEqual(taskGains(taskId, kind));
      expect(taskGains(taskId, kind).experience).toBeGreaterThan(0);
      for (const { itemId: id } of taskGains(taskId, kind).items) expect(isItemId(id)).toBe(true);
    }),
  );
});

it('knows its items', () => {
  expect([itemId(1), itemId(100)]).toEqual(['item-001', 'item-100']);
  expect(['item-000', 'item-101', 'item-1', 'item-0001', ' item-001', 'x'].filter(isItemId)).toEqual([]);
});
