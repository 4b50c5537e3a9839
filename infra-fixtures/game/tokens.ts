import { sign, verify } from 'hono/jwt';
import { BoundedMap } from './bounded-map.ts';
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

/** Checking a signature costs about as much as all else of a cached answer, and a player sends the same token hundreds of times. Guess: tune. */
const checked = new BoundedMap<string, { player: Player; use: Use; expiresS: number }>(5000);

/** Who the token speaks for; null when it is no valid token of that use. */
export const playerOf = async (token: string, use: Use): Promise<Player | null> => {
  const known = checked.get(token) ?? (await check(token));
  if (known === null || known.use !== use || known.expiresS <= nowS()) return null;
  checked.set(token, known);
  return known.player;
};

const check = async (token: string): Promise<{ player: Player; use: Use; expiresS: number } | null> => {
  const { tokenSecret } = environment();
  try {
    const { sub, name, use, exp } = await verify(token, tokenSecret, 'HS256');
    if (typeof sub !== 'string' || typeof name !== 'string' || typeof exp !== 'number') return null;
    return use === 'access' || use === 'refresh' ? { player: { userId: sub, name }, use, expiresS: exp } : null;
  } catch {
    return null;
  }
};

const nowS = (): number => Math.floor(Date.now() / 1000);
