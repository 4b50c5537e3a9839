import type { Player } from '../player.ts';
import { anItem } from './market.ts';

/** All things that exist, and one of them. */
export async function catalogue(player: Player): Promise<void> {
  if (!(await player.get('/items')).ok) return;
  await player.get('/items/:itemId', { ids: [anItem(player)] });
}
