import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** As after a failover, or with a job that empties the cache again and again: nothing stays long enough to be hit. */
export const cacheCold: Fault = {
  name: 'cache-cold',
  summary: 'the cache is emptied again and again',
  truth: { node: 'elasticache:cache', resource: 'cold' },
  value: { what: 'milliseconds between two emptyings', fallback: 200, min: 50, max: 600000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /leaderboards/level'] },
  evidence: [
    { namespace: 'AWS/ElastiCache', metric: 'CacheHitRate', dimensions: cacheDimensions, stat: 'Average', change: 'falls' },
    { namespace: 'AWS/ElastiCache', metric: 'CurrVolatileItems', dimensions: cacheDimensions, stat: 'Average', change: 'falls' },
  ],
  apply: (settings, value) => {
    settings.cache.emptiedEveryMs = value;
    settings.game['CACHE_WARMING'] = 'off';
  },
};
