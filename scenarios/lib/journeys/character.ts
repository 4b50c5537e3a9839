import type { Player } from '../player.ts';
import { oneOf } from '../random.ts';

const TITLES = ['Cogsworth', 'Boilerby', 'Gearhart', 'Vaporwright', 'Brasswell'] as const;
/** Guess: tune. Most look at their character; few rename it. */
const RENAMES = 0.15;

/** The list of characters, the one in play, and now and then a new name for it. */
export async function character(player: Player): Promise<void> {
  const ids = [player.characterId];
  if (!(await player.get('/characters')).ok) return;
  if (!(await player.get('/characters/:id', { ids })).ok) return;
  if (player.details() < RENAMES) {
    await player.patch('/characters/:id', { ids, body: { name: `${oneOf(player.details, TITLES)} ${player.number}` } });
  }
}
