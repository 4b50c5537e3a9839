import { sign, verify } from 'hono/jwt';
import { environment } from './environment.ts';

export interface Player {
  userId: string;
  name: string;
}

type Use = 'access' | 'refresh';

const issue = (player: Player, use: Use, ttlS: number, nowS: number): Promise<string> =>
  sign({ sub: player.userId, name: player.name, use, iat: nowS, exp: nowS + ttlS }, environment().tokenSecret, 'HS256');

/** A token to play with, and its life in seconds. */
export const accessToken = async (player: Player): Promise<{ token: string; expiresInS: number }> => {
  const ttlS = environment().tokenTtlS;
  return { token: await issue(player, 'access', ttlS, nowS()), expiresInS: ttlS };
};

/** A token that is good for nothing but new access tokens. */
export const refreshToken = (player: Player): Promise<string> => issue(player, 'refresh', environment().refreshTtlS, nowS());

/** Who the token speaks for; null when it is no valid token of that use. */
export const playerOf = async (token: string, use: Use): Promise<Player | null> => {
  try {
    const claims = await verify(token, environment().tokenSecret, 'HS256');
    const { sub, name, use: usedFor } = claims as { sub?: unknown; name?: unknown; use?: unknown };
    return typeof sub === 'string' && typeof name === 'string' && usedFor === use ? { userId: sub, name } : null;
  } catch {
    return null;
  }
};

const nowS = (): number => Math.floor(Date.now() / 1000);
