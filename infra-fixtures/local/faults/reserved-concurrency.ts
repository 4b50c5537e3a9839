import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Reserved concurrency is also an upper bound: what comes beyond it is throttled at once, and API Gateway answers 500 for it. */
export const reservedConcurrency: Fault = {
  name: 'reserved-concurrency',
  summary: 'the marketplace function may run too few invocations at once',
  truth: { node: 'lambda:marketplace', resource: 'reserved-concurrency' },
  value: { what: 'concurrent executions', fallback: 1, min: 0, max: 1000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /market/', 'POST /market/'] },
  evidence: [
    { namespace: 'AWS/Lambda', metric: 'Throttles', dimensions: functionDimensions('marketplace'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.functions.marketplace.reservedConcurrency = value;
  },
};
