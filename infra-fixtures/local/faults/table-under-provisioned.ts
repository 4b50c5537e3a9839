import { tableDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Its burst credit is used up, too: without that a short run would never meet the limit. */
export const tableUnderProvisioned: Fault = {
  name: 'table-under-provisioned',
  summary: 'the guilds table has too little provisioned capacity',
  truth: { node: 'dynamodb:guilds', resource: 'provisioned-capacity' },
  value: { what: 'read and write units', fallback: 1, min: 1, max: 4, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /guilds/:id', 'POST /guilds/:id/members'] },
  evidence: [
    { namespace: 'AWS/DynamoDB', metric: 'ReadThrottleEvents', dimensions: tableDimensions('guilds'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.tables.guilds.billing = { readUnits: value, writeUnits: value };
    settings.tables.guilds.burstS = 0;
  },
};
