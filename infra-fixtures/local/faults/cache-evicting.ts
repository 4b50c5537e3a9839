import { cache } from '../../game/definition.ts';
import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

const BYTES_PER_MB = 1024 * 1024;

/** What is cached has grown, too: what the players of a short run ask for is little. Guess: tune. */
const PADDING_KB = 400;

/** Redis lets go of what was used longest ago as soon as it is full: keys are gone long before their time. */
export const cacheEvicting: Fault = {
  name: 'cache-evicting',
  summary: 'the cache is too small and evicts what is still needed',
  truth: { node: 'elasticache:cache', resource: 'memory' },
  value: { what: 'megabytes', fallback: 3, min: 2, max: Math.floor(cache.memoryMaxBytes / BYTES_PER_MB) - 1, whole: false },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /leaderboards/level'] },
  evidence: [{ namespace: 'AWS/ElastiCache', metric: 'Evictions', dimensions: cacheDimensions, stat: 'Sum', change: 'appears' }],
  apply: (settings, value) => {
    settings.cache.memoryMaxBytes = Math.round(value * BYTES_PER_MB);
    settings.game['CACHE_PADDING_KB'] = String(PADDING_KB);
  },
};
