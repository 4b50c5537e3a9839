import { fields, strings } from './picked.ts';
import type { Extras, Player } from './player.ts';
import { oneOf } from './random.ts';

const CLASSES = ['tinkerer', 'alchemist', 'aeronaut'] as const;

/** What a client sends by itself, one request after the other. */
const AT_ONCE = { afterS: 0 };

/** Signs in, registering on the first visit of all, and takes up the character. False when any of it failed: there is nothing to play then. */
export const begin = async (player: Player): Promise<boolean> => (await enter(player)) && (await takeCharacter(player));

async function enter(player: Player): Promise<boolean> {
  if (player.registered) return (await credentialsTo(player, '/auth/sign-in', {})) === 200;
  const status = await credentialsTo(player, '/auth/register', { expect: 409 }, { name: `Player ${player.number}` });
  if (status !== 409) return status === 201;
  // An earlier run with this seed has made the account already.
  player.registered = true;
  return (await credentialsTo(player, '/auth/sign-in', AT_ONCE)) === 200;
}

/** @returns the status, or 0 when the answer had no token in it */
async function credentialsTo(player: Player, route: string, extras: Extras, more: object = {}): Promise<number> {
  player.token = undefined;
  const body = { email: player.email, password: player.password, ...more };
  const answer = await player.post(route, { body, pick: '{token,refreshToken,userId}', ...extras });
  if (!answer.ok) return answer.status;
  const { token, refreshToken, userId } = fields(answer.picked);
  if (typeof token !== 'string' || typeof refreshToken !== 'string' || typeof userId !== 'string') return 0;
  Object.assign(player, { registered: true, token, refreshToken, userId });
  return answer.status;
}

async function takeCharacter(player: Player): Promise<boolean> {
  const own = await player.get('/characters', { pick: 'characters.#.characterId', ...AT_ONCE });
  if (!own.ok) return false;
  const [first] = strings(own.picked);
  player.characterId = first ?? (await createCharacter(player));
  return player.characterId !== '';
}

async function createCharacter(player: Player): Promise<string> {
  const body = { name: `Cogsworth ${player.number}`, class: oneOf(player.details, CLASSES) };
  const made = await player.post('/characters', { body, pick: 'characterId', ...AT_ONCE });
  return typeof made.picked === 'string' ? made.picked : '';
}
