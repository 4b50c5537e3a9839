import { operationDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Nothing is refused and nothing is at a limit: it just takes long. */
export const slowDependency: Fault = {
  name: 'slow-dependency',
  summary: 'the characters table answers slowly',
  truth: { node: 'dynamodb:characters', resource: 'latency' },
  value: { what: 'milliseconds added to each answer', fallback: 300, min: 1, max: 10000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /characters/:id', 'GET /characters'] },
  evidence: [
    {
      namespace: 'AWS/DynamoDB',
      metric: 'SuccessfulRequestLatency',
      dimensions: operationDimensions('characters', 'GetItem'),
      stat: 'p50',
      change: 'rises',
    },
  ],
  apply: (settings, value) => {
    settings.tables.characters.latencyMs += value;
  },
};
