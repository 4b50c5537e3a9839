import { tableDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** A search that has no index reads the whole table, and what is read is paid for in time and capacity whether or not it is wanted. */
export const missingIndex: Fault = {
  name: 'missing-index',
  summary: 'the search for an item in the auctions table scans it',
  truth: { node: 'dynamodb:auctions', resource: 'index' },
  value: { what: 'milliseconds for each megabyte that is read', fallback: 4000, min: 100, max: 100000, whole: true },
  scenario: 'database-heavy',
  symptom: { kind: 'slow', requests: ['GET /market/items/:itemId/auctions'] },
  evidence: [
    {
      namespace: 'AWS/DynamoDB',
      metric: 'ConsumedReadCapacityUnits',
      dimensions: tableDimensions('auctions'),
      stat: 'Sum',
      change: 'rises',
    },
  ],
  apply: (settings, value) => {
    settings.game['AUCTIONS_BY_ITEM'] = 'scan';
    settings.tables.auctions.readMsPerMb = value;
  },
};
