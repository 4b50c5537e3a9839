import { ownCharacter } from '../characters.ts';
import { Refusal } from '../errors.ts';
import { collectProgress } from '../offline-progress.ts';
import { pathParameter, type RestContext, restHandler } from '../rest.ts';

/** Two devices of one player may collect at once; more rounds than this are no accident any more. */
const ATTEMPTS = 3;

const collect = async (c: RestContext): Promise<Response> => {
  const characterId = pathParameter(c, 'id');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const character = await ownCharacter(characterId, c.get('player').userId);
    const progress = await collectProgress(character, { present: true });
    if (progress !== null) return c.json(progress);
  }
  throw new Refusal(409, 'the progress is being collected elsewhere');
};

export const handler = restHandler('offline', { 'POST /characters/{id}/offline-progress': collect });
