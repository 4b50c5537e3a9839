import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { redis } from '../cache.ts';
import { database, tableName } from '../database.ts';
import { engineAlive } from '../engine.ts';
import { log } from '../log.ts';
import { type RestContext, restHandler } from '../rest.ts';
import { itemId } from '../rules.ts';

type Check = 'ok' | 'failed';

/** Longer than this is as bad as no answer: source, the reference stack's health check. */
const CHECK_TIMEOUT_MS = 5000;

const check = async (name: string, probe: () => Promise<boolean>): Promise<Check> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  try {
    return (await Promise.race([probe(), late])) ? 'ok' : 'failed';
  } catch (error) {
    log.warn('health check failed', { check: name, error });
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
};

const databaseAnswers = async (): Promise<boolean> => {
  await database().send(new GetCommand({ TableName: tableName('items'), Key: { partition: 'catalogue', itemId: itemId(1) } }));
  return true;
};

const cacheAnswers = async (): Promise<boolean> => (await (await redis()).ping()) === 'PONG';

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
