import type { Player } from '../player.ts';

/** Who is best, and who is about. */
export async function leaderboard(player: Player): Promise<void> {
  if (!(await player.get('/leaderboards/level', { query: 'limit=20' })).ok) return;
  await player.get('/leaderboards/active', { query: 'limit=20' });
}
