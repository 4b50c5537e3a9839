import { type AuctionItem, openAuction } from './auctions.ts';
import { activeShardOf, type CharacterItem } from './characters.ts';
import type { TableName } from './definition.ts';
import { directoryOf, type GuildItem } from './guild-directory.ts';
import { ACTIVITIES, CLASSES, experienceAt, ITEMS_COUNT, itemId, levelOf } from './rules.ts';

/** The world that players find: the same for the same `now`, so that a run can be repeated. */

const GUILDS = 20;
const AUCTIONS = 500;
const CHARACTERS = 200;
const LEVEL_MAX_SEEDED = 40;
const HOUR_MS = 3_600_000;

/** Items to write, table by table. `now` is in epoch milliseconds: auctions end after it. */
export const seedItems = (now: number): { table: TableName; items: Record<string, unknown>[] }[] => {
  const random = mulberry32(1);
  const characters = Array.from({ length: CHARACTERS }, (_, index) => character(index + 1, now, random));
  return [
    { table: 'items', items: Array.from({ length: ITEMS_COUNT }, (_, index) => ({ ...itemDefinition(index + 1) })) },
    { table: 'characters', items: characters.map((item) => ({ ...item })) },
    { table: 'guilds', items: Array.from({ length: GUILDS }, (_, index) => guild(index + 1)).flat() },
    { table: 'auctions', items: Array.from({ length: AUCTIONS }, (_, index) => ({ ...auction(index + 1, now, random) })) },
  ];
};

const MATERIALS = ['brass', 'copper', 'iron', 'steel', 'walnut', 'leather', 'glass', 'amber', 'quartz', 'cobalt'];
const THINGS: readonly (readonly [name: string, kind: string])[] = [
  ['cog', 'material'],
  ['rivet', 'material'],
  ['spring', 'material'],
  ['pipe', 'material'],
  ['valve', 'component'],
  ['boiler', 'component'],
  ['gauge', 'component'],
  ['sabre', 'weapon'],
  ['goggles', 'curio'],
  ['pocket watch', 'curio'],
];

const itemDefinition = (number: number) => {
  const [thing, kind] = THINGS[Math.floor((number - 1) / MATERIALS.length)] ?? ['trinket', 'curio'];
  return {
    partition: 'catalogue',
    itemId: itemId(number),
    name: `${MATERIALS[(number - 1) % MATERIALS.length]} ${thing}`,
    kind,
    basePrice: 5 + ((number * 37) % 200),
  };
};

const seededCharacterId = (number: number): string => `character-${String(number).padStart(3, '0')}`;

const character = (number: number, now: number, random: () => number): CharacterItem => {
  const level = 1 + Math.floor(LEVEL_MAX_SEEDED * random() ** 2);
  const experience = experienceAt(level) + Math.floor(random() * (experienceAt(level + 1) - experienceAt(level)));
  const characterId = seededCharacterId(number);
  const activeAt = now - Math.floor(random() * 24 * HOUR_MS);
  return {
    characterId,
    userId: `u-seed-${String(number).padStart(3, '0')}`,
    name: `Automaton ${number}`,
    class: CLASSES[number % CLASSES.length] ?? 'tinkerer',
    level: levelOf(experience),
    experience,
    gold: Math.floor(random() * 10_000),
    activity: ACTIVITIES[number % ACTIVITIES.length] ?? 'idle',
    activitySince: activeAt,
    lastActiveAt: activeAt,
    progressAt: activeAt,
    activeShard: activeShardOf(characterId),
  };
};

/** The guild, and its founder as its member. */
const guild = (number: number): Record<string, unknown>[] => {
  const guildId = `guild-${String(number).padStart(2, '0')}`;
  const founderId = seededCharacterId(number);
  const item: GuildItem = {
    partition: directoryOf(guildId),
    entry: guildId,
    name: `Guild of the ${MATERIALS[number % 10]} hand ${number}`,
    founderId,
    memberCount: 1,
  };
  return [{ ...item }, { partition: guildId, entry: founderId, joinedAt: 0 }];
};

/** They end 6 to 48 hours from now: later than the longest run. */
const auction = (number: number, now: number, random: () => number): AuctionItem =>
  openAuction({
    auctionId: `auction-${String(number).padStart(3, '0')}`,
    sellerId: seededCharacterId(1 + (number % CHARACTERS)),
    itemId: itemId(1 + ((number * 7) % ITEMS_COUNT)),
    quantity: 1 + Math.floor(random() * 20),
    price: 5 + Math.floor(random() * 500),
    createdAt: now,
    expiresAt: now + Math.floor((6 + 42 * random()) * HOUR_MS),
  });

/** Seeded random numbers in [0, 1). Source: Tommy Ettinger's mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
