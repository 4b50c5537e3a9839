import { strings } from '../picked.ts';
import type { Player } from '../player.ts';
import { oneOf } from '../random.ts';

/** Guess: tune. Most look around; some join, few leave again, and hardly anybody founds a guild. */
const JOINS = 0.3;
const LEAVES = 0.3;
const FOUNDS = 0.01;

/** The list of guilds, one of them with its members, and sometimes joining it. */
export async function guild(player: Player): Promise<void> {
  const listed = await player.get('/guilds', { query: 'limit=20', pick: 'guilds.#.guildId' });
  const guildId = oneOf(player.details, strings(listed.picked));
  if (guildId === undefined) return;
  if (!(await player.get('/guilds/:id', { ids: [guildId] })).ok) return;
  if (player.details() < JOINS) await join(player, guildId);
  if (player.details() < FOUNDS) await found(player);
}

async function join(player: Player, guildId: string): Promise<void> {
  const { characterId } = player;
  const joined = await player.post('/guilds/:id/members', { ids: [guildId], body: { characterId } });
  if (joined.ok && player.details() < LEAVES) await player.delete('/guilds/:id/members/:characterId', { ids: [guildId, characterId] });
}

async function found(player: Player): Promise<void> {
  const name = `Guild of ${player.number}-${Math.floor(player.details() * 1e6)}`;
  await player.post('/guilds', { body: { name, characterId: player.characterId } });
}
