import { tableDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Somebody else in the account reads from the same table: the capacity is used, and not by the game. */
export const noisyNeighbour: Fault = {
  name: 'noisy-neighbour',
  summary: 'another application uses up the capacity of the guilds table',
  truth: { node: 'dynamodb:guilds', resource: 'neighbour' },
  value: { what: 'read and write units that it takes in a second', fallback: 50, min: 1, max: 40000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /guilds'] },
  evidence: [
    { namespace: 'AWS/DynamoDB', metric: 'ConsumedReadCapacityUnits', dimensions: tableDimensions('guilds'), stat: 'Sum', change: 'rises' },
    { namespace: 'AWS/DynamoDB', metric: 'ReadThrottleEvents', dimensions: tableDimensions('guilds'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.tables.guilds.foreign = { readUnits: value, writeUnits: value };
    settings.tables.guilds.burstS = 0;
  },
};
