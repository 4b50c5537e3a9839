import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Guess: tune. */
const INVOCATIONS_MAX = 3;

/** A large package that is thrown away after a few invocations: half of what a player waits for is initialisation. */
export const coldStartStorm: Fault = {
  name: 'cold-start-storm',
  summary: 'environments of the inventory function are started anew every few invocations, and take long to initialise',
  truth: { node: 'lambda:inventory', resource: 'cold-starts' },
  value: { what: 'milliseconds that an initialisation takes longer', fallback: 1200, min: 100, max: 10000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /characters/:id/inventory', 'GET /items'] },
  evidence: [
    {
      namespace: 'AWS/Lambda',
      metric: 'ConcurrentExecutions',
      dimensions: functionDimensions('inventory'),
      stat: 'Maximum',
      change: 'rises',
    },
  ],
  apply: (settings, value) => {
    settings.functions.inventory.initMs = value;
    settings.functions.inventory.invocationsMax = INVOCATIONS_MAX;
  },
};
