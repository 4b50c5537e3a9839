import type { Player } from '../player.ts';

/** The token is renewed, as a client does before it runs out. Signing in and registering belong to the session, see session.ts. */
export async function authentication(player: Player): Promise<void> {
  const answer = await player.post('/auth/refresh', { body: { refreshToken: player.refreshToken }, pick: 'token' });
  if (typeof answer.picked === 'string') player.token = answer.picked;
}
