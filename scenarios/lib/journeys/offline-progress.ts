import type { Player } from '../player.ts';

/** What the character has earned meanwhile, and what it then owns. */
export async function offlineProgress(player: Player): Promise<void> {
  const ids = [player.characterId];
  if (!(await player.post('/characters/:id/offline-progress', { ids })).ok) return;
  await player.get('/characters/:id', { ids });
}
