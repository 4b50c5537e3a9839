import type { Player } from '../player.ts';
import { oneOf } from '../random.ts';

const ACTIVITIES = ['idle', 'harvesting', 'crafting', 'combat'] as const;

/** What the character is doing, and something else for it to do. */
export async function activity(player: Player): Promise<void> {
  const ids = [player.characterId];
  const now = await player.get('/characters/:id/activity', { ids, pick: 'activity' });
  if (!now.ok) return;
  const other = oneOf(
    player.details,
    ACTIVITIES.filter((name) => name !== now.picked),
  );
  await player.put('/characters/:id/activity', { ids, body: { activity: other } });
}
