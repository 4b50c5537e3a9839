import { CACHE_TTL_S, type CachedKind, cacheTtlVariable } from '../../game/environment.ts';
import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

const KINDS = Object.keys(CACHE_TTL_S) as CachedKind[];
const SHORTEST_S = Math.min(...Object.values(CACHE_TTL_S));

/** The cache is there, and asked, and empty: each answer is loaded again a moment later. */
export const ttlTooShort: Fault = {
  name: 'ttl-too-short',
  summary: 'what is cached expires almost at once',
  truth: { node: 'elasticache:cache', resource: 'ttl' },
  value: { what: 'seconds', fallback: 1, min: 1, max: SHORTEST_S - 1, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /leaderboards/level'] },
  evidence: [
    { namespace: 'AWS/ElastiCache', metric: 'CacheHitRate', dimensions: cacheDimensions, stat: 'Average', change: 'falls' },
    { namespace: 'AWS/ElastiCache', metric: 'Reclaimed', dimensions: cacheDimensions, stat: 'Sum', change: 'rises' },
  ],
  apply: (settings, value) => {
    for (const kind of KINDS) settings.game[cacheTtlVariable(kind)] = String(value);
  },
};
