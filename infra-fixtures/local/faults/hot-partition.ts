import { tableDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/**
 * What one partition can take is scaled down to what one machine can send: to what a healthy market, whose writes go to as many keys as there are auctions,
 * stays far below.
 */
export const hotPartition: Fault = {
  name: 'hot-partition',
  summary: 'every search of the market is counted in one item of the auctions table',
  truth: { node: 'dynamodb:auctions', resource: 'partition' },
  value: { what: 'write units that a partition can take in a second', fallback: 5, min: 1, max: 999, whole: true },
  scenario: 'database-heavy',
  symptom: { kind: 'slow', requests: ['GET /market/auctions'] },
  evidence: [
    { namespace: 'AWS/DynamoDB', metric: 'WriteThrottleEvents', dimensions: tableDimensions('auctions'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.functions.marketplace.env['MARKET_SEARCHES'] = 'counted';
    settings.tables.auctions.partition.writeUnits = value;
  },
};
