import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { redis } from '../cache.ts';
import { database, tableName } from '../database.ts';
import { log } from '../log.ts';
import { itemId } from '../rules.ts';

export type Check = 'ok' | 'failed';

/** Longer than this is as bad as no answer: source, the reference stack's health check. */
const CHECK_TIMEOUT_MS = 5000;

/** What a probe finds, in time; a probe that throws is why the check failed. */
export const check = async (name: string, probe: () => Promise<boolean>): Promise<Check> => {
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

export const databaseAnswers = async (): Promise<boolean> => {
  await database().send(new GetCommand({ TableName: tableName('items'), Key: { partition: 'catalogue', itemId: itemId(1) } }));
  return true;
};

export const cacheAnswers = async (): Promise<boolean> => (await (await redis()).ping()) === 'PONG';

/** Any answer but an error is one: what the service says about the others is theirs to be asked. */
export const urlAnswers = async (url: string): Promise<boolean> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  await answer.arrayBuffer();
  return answer.ok;
};
