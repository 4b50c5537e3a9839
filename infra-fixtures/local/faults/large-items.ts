import { operationDimensions, tableDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** More than on AWS, so that it stands out of what a busy machine does. Guess: tune. */
const READ_MS_PER_MB = 400;

/** An item is read and written as a whole, and paid for by its size. */
export const largeItems: Fault = {
  name: 'large-items',
  summary: 'the items of the characters table have grown large',
  truth: { node: 'dynamodb:characters', resource: 'item-size' },
  value: { what: 'kilobytes', fallback: 300, min: 1, max: 390, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /characters'] },
  evidence: [
    {
      namespace: 'AWS/DynamoDB',
      metric: 'ConsumedReadCapacityUnits',
      dimensions: tableDimensions('characters'),
      stat: 'Sum',
      change: 'rises',
    },
    {
      namespace: 'AWS/DynamoDB',
      metric: 'SuccessfulRequestLatency',
      dimensions: operationDimensions('characters', 'Query'),
      stat: 'p50',
      change: 'rises',
    },
  ],
  apply: (settings, value) => {
    settings.game['ITEM_PADDING_KB'] = String(value);
    settings.tables.characters.readMsPerMb = READ_MS_PER_MB;
  },
};
