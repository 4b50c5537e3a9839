import { cache } from '../../game/definition.ts';
import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/**
 * Every environment of a function holds a connection of its own: what comes late is refused, and goes to the database, or fails where there is no other way.
 * The engine's two tasks and the health check take the first five.
 */
export const cacheConnections: Fault = {
  name: 'cache-connections',
  summary: 'the cache takes too few connections',
  truth: { node: 'elasticache:cache', resource: 'connections' },
  value: { what: 'connections', fallback: 6, min: 5, max: cache.clientsMax - 1, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['POST /characters/:id/tasks'] },
  evidence: [{ namespace: 'AWS/ElastiCache', metric: 'CurrConnections', dimensions: cacheDimensions, stat: 'Maximum', change: 'falls' }],
  apply: (settings, value) => {
    settings.cache.clientsMax = value;
  },
};
