import { cacheAnswers, check, databaseAnswers } from '../operations/probes.ts';
import { type RestContext, restHandler } from '../rest.ts';
import { engineAlive } from '../workers.ts';

const health = async (c: RestContext): Promise<Response> => {
  const [database, cache, engine] = await Promise.all([
    check('database', databaseAnswers),
    check('cache', cacheAnswers),
    check('engine', engineAlive),
  ]);
  const ok = database === 'ok' && cache === 'ok' && engine === 'ok';
  return c.json({ status: ok ? 'ok' : 'degraded', checks: { database, cache, engine } });
};

export const handler = restHandler('health', { 'GET /health': health });
