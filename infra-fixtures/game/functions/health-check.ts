import { environment } from '../environment.ts';
import { activeSince } from '../leaderboard-lists.ts';
import { log } from '../log.ts';
import { observe } from '../metrics.ts';
import { jobHandler } from '../operations/job.ts';
import { type Check, cacheAnswers, check, databaseAnswers, urlAnswers } from '../operations/probes.ts';
import { engineAlive } from '../workers.ts';

interface Health {
  status: 'ok' | 'degraded';
  /** `skipped`: nobody has said where it is. */
  checks: Record<'api' | 'engine' | 'database' | 'cache', Check | 'skipped'>;
}

/** Who has done something within this is playing. Guess: tune. */
const ACTIVE_MS = 300_000;

/** API gateway, engine, database and cache, each from outside as far as it has an outside. */
const checkHealth = async (): Promise<Health> => {
  const { apiUrl, engineUrl } = environment();
  const [api, engine, database, cache] = await Promise.all([
    apiUrl === null ? 'skipped' : check('api', () => urlAnswers(`${apiUrl}/health`)),
    // Without a load balancer to ask, its tasks' heartbeats have to do.
    check('engine', engineUrl === null ? engineAlive : () => urlAnswers(`${engineUrl}/health`)),
    check('database', databaseAnswers),
    check('cache', cacheAnswers),
  ] as const);
  const checks = { api, engine, database, cache };
  const failed = Object.values(checks).filter((result) => result === 'failed').length;
  observe('HealthChecksFailed', failed);
  if (database === 'ok') observe('ActivePlayers', await activeSince(Date.now() - ACTIVE_MS));
  const health: Health = { status: failed === 0 ? 'ok' : 'degraded', checks };
  log.info('health checked', { ...health });
  return health;
};

export const handler = jobHandler(checkHealth);
