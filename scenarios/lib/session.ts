import { fields, strings } from './picked.ts';
import type { Player } from './player.ts';
import { oneOf } from './random.ts';

const CLASSES = ['tinkerer', 'alchemist', 'aeronaut'] as const;

/** Signs in, registering on the first visit of all, and takes up the character. False when any of it failed: there is nothing to play then. */
export const begin = async (player: Player): Promise<boolean> => (await enter(player)) && (await takeCharacter(player));

async function enter(player: Player): Promise<boolean> {
  if (!player.registered) {
    // An earlier run with this seed has made the account already: 409 says so, and is no failure.
    const answer = await enterBy(player, '/auth/register', { name: `Player ${player.number}` });
    if (answer !== 409) return answer === 201;
    player.registered = true;
  }
  return (await enterBy(player, '/auth/sign-in', {})) === 200;
}

/** @returns the status, or 0 when the answer had no token in it */
async function enterBy(player: Player, route: string, more: object): Promise<number> {
  player.token = undefined;
  const answer = await player.post(route, {
    body: { email: player.email, password: player.password, ...more },
    pick: '{token,refreshToken,userId}',
    expect: 409,
  });
  if (!answer.ok) return answer.status;
  const { token, refreshToken, userId } = fields(answer.picked);
  if (typeof token !== 'string' || typeof refreshToken !== 'string' || typeof userId !== 'string') return 0;
  Object.assign(player, { registered: true, token, refreshToken, userId });
  return answer.status;
}

async function takeCharacter(player: Player): Promise<boolean> {
  const own = await player.get('/characters', { pick: 'characters.#.characterId' });
  if (!own.ok) return false;
  const [first] = strings(own.picked);
  player.characterId = first ?? (await createCharacter(player));
  return player.characterId !== '';
}

async function createCharacter(player: Player): Promise<string> {
  const body = { name: `Cogsworth ${player.number}`, class: oneOf(player.details, CLASSES) };
  const made = await player.post('/characters', { body, pick: 'characterId' });
  return typeof made.picked === 'string' ? made.picked : '';
}
