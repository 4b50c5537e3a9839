import { createHash } from 'node:crypto';

/** The rules of the game. Pure; every figure is a guess of a game designer: tune. */

export const CLASSES = ['tinkerer', 'alchemist', 'aeronaut'] as const;
export type CharacterClass = (typeof CLASSES)[number];

export const ACTIVITIES = ['idle', 'harvesting', 'crafting', 'combat'] as const;
export type Activity = (typeof ACTIVITIES)[number];

export const TASK_KINDS = ['harvesting', 'crafting', 'combat'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export interface Gains {
  experience: number;
  gold: number;
  items: { itemId: string; quantity: number }[];
}

export const LEVEL_MAX = 60;
const EXPERIENCE_PER_LEVEL_SQUARED = 100;

/** Level n begins at 100·(n−1)² experience. */
export const levelOf = (experience: number): number =>
  Math.min(LEVEL_MAX, 1 + Math.floor(Math.sqrt(Math.max(0, experience) / EXPERIENCE_PER_LEVEL_SQUARED)));

/** Experience at which a level begins. */
export const experienceAt = (level: number): number => EXPERIENCE_PER_LEVEL_SQUARED * (level - 1) ** 2;

/** Progress away from the game is counted for half a day at most, so that a year's absence doesn't win it. */
const OFFLINE_MAX_S = 12 * 3600;

/** Gains per second, and how many seconds one item takes. */
const RATES: Record<Activity, { experience: number; gold: number; itemEveryS: number | null }> = {
  idle: { experience: 0.05, gold: 0.02, itemEveryS: null },
  harvesting: { experience: 0.5, gold: 0.2, itemEveryS: 30 },
  crafting: { experience: 0.8, gold: 0.4, itemEveryS: 60 },
  combat: { experience: 1.2, gold: 0.8, itemEveryS: 120 },
};

/** What an activity has brought in `elapsedS` seconds. The kind of item is the same for a character and activity, whenever it is asked. */
export const offlineGains = (characterId: string, activity: Activity, elapsedS: number): Gains => {
  const countedS = Math.min(Math.max(0, elapsedS), OFFLINE_MAX_S);
  const { experience, gold, itemEveryS } = RATES[activity];
  const quantity = itemEveryS === null ? 0 : Math.floor(countedS / itemEveryS);
  return {
    experience: Math.floor(experience * countedS),
    gold: Math.floor(gold * countedS),
    items: quantity === 0 ? [] : [{ itemId: itemIdFor(`${characterId}/${activity}`), quantity }],
  };
};

/** What the engine pays for a task. */
export const taskGains = (taskId: string, kind: TaskKind): Gains => {
  const luck = pick(taskId, 10);
  switch (kind) {
    case 'harvesting':
      return { experience: 5 + luck, gold: 2, items: [{ itemId: itemIdFor(taskId), quantity: 1 + (luck % 3) }] };
    case 'crafting':
      return { experience: 10 + luck, gold: 5, items: [{ itemId: itemIdFor(taskId), quantity: 1 }] };
    case 'combat':
      return { experience: 20 + luck, gold: 10 + luck, items: [] };
  }
};

const TASK_MS_MIN = 100;
const TASK_MS_SPREAD = 700;

/** How long the engine is at a task: 100 to 800 ms, the same for the same task. */
export const taskDurationMs = (taskId: string): number => TASK_MS_MIN + pick(`${taskId}/duration`, TASK_MS_SPREAD + 1);

/** Of how many parts a share is one: enough for one task in ten thousand. */
const PARTS = 1_000_000;

/** True for that share of the tasks, and always for the same ones. */
export const isPoisoned = (taskId: string, share: number): boolean => pick(`${taskId}/poison`, PARTS) < share * PARTS;

export const ITEMS_COUNT = 100;

/** Ids of the item definitions, `item-001` to `item-100`. */
export const itemId = (number: number): string => `item-${String(number).padStart(3, '0')}`;

/** True for the id of an item that exists: the catalogue is fixed, so nobody has to be asked. */
export const isItemId = (id: string): boolean => {
  const number = Number(/^item-(\d{3})$/.exec(id)?.[1] ?? 0);
  return number >= 1 && number <= ITEMS_COUNT;
};

const itemIdFor = (seed: string): string => itemId(1 + pick(seed, ITEMS_COUNT));

/** A number from 0 to `count` − 1 that depends on the text only, and spreads evenly. */
export const pick = (text: string, count: number): number => createHash('sha256').update(text).digest().readUInt32BE(0) % count;
