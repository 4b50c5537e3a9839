import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

const CACHED = ['ITEMS', 'GUILDS', 'LEADERBOARDS', 'AUCTIONS'] as const;

/** The cache is there, and asked, and empty: each answer is loaded again a moment later. */
export const ttlTooShort: Fault = {
  name: 'ttl-too-short',
  summary: 'what is cached expires almost at once',
  truth: { node: 'elasticache:cache', resource: 'ttl' },
  value: { what: 'seconds', fallback: 1, min: 1, max: 3600, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /leaderboards/level'] },
  evidence: [{ namespace: 'AWS/ElastiCache', metric: 'CacheHitRate', dimensions: cacheDimensions, stat: 'Average', change: 'falls' }],
  apply: (settings, value) => {
    for (const cached of CACHED) settings.game[`CACHE_${cached}_S`] = String(value);
  },
};
