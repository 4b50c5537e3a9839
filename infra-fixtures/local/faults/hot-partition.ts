import { indexDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** All open auctions are one item collection of their index. What one partition can take is scaled down to what one machine can send. */
export const hotPartition: Fault = {
  name: 'hot-partition',
  summary: 'all open auctions share one partition of the auctions table',
  truth: { node: 'dynamodb:auctions', resource: 'partition' },
  value: { what: 'units that a partition can take in a second', fallback: 1, min: 1, max: 3000, whole: true },
  scenario: 'database-heavy',
  symptom: { kind: 'slow', requests: ['GET /market/auctions'] },
  evidence: [
    {
      namespace: 'AWS/DynamoDB',
      metric: 'ReadThrottleEvents',
      dimensions: indexDimensions('auctions', 'status-expires-index'),
      stat: 'Sum',
      change: 'appears',
    },
  ],
  apply: (settings, value) => {
    settings.game['OPEN_SHARDS'] = '1';
    settings.tables.auctions.partition = { readUnits: value, writeUnits: value };
  },
};
