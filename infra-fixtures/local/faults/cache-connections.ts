import { cacheDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Every environment of a function holds a connection of its own: what comes late is refused, and goes to the database. */
export const cacheConnections: Fault = {
  name: 'cache-connections',
  summary: 'the cache takes too few connections',
  truth: { node: 'elasticache:cache', resource: 'connections' },
  value: { what: 'connections', fallback: 12, min: 1, max: 65000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['POST /characters/:id/tasks', 'GET /guilds'] },
  evidence: [{ namespace: 'AWS/ElastiCache', metric: 'NewConnections', dimensions: cacheDimensions, stat: 'Sum', change: 'rises' }],
  apply: (settings, value) => {
    settings.cache.clientsMax = value;
  },
};
