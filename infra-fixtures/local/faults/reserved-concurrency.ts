import { functionDefinition, functionNames } from '../../game/definition.ts';
import { functionDimensions } from '../names.ts';
import { healthySettings } from '../settings.ts';
import type { Fault } from './fault.ts';

/** Lambda keeps 100 of the account's for functions without a reservation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_MIN = 100;
const reserved = functionNames.reduce((sum, name) => sum + (functionDefinition(name).reservedConcurrency ?? 0), 0);
const RESERVED_MAX = healthySettings().accountConcurrency - reserved - UNRESERVED_MIN;

/** Reserved concurrency is also an upper bound: what comes beyond it is throttled at once, and API Gateway answers 500 for it. */
export const reservedConcurrency: Fault = {
  name: 'reserved-concurrency',
  summary: 'the marketplace function may run too few invocations at once',
  truth: { node: 'lambda:marketplace', resource: 'reserved-concurrency' },
  value: { what: 'concurrent executions', fallback: 1, min: 0, max: RESERVED_MAX, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /market/', 'POST /market/'] },
  evidence: [
    { namespace: 'AWS/Lambda', metric: 'Throttles', dimensions: functionDimensions('marketplace'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.functions.marketplace.reservedConcurrency = value;
  },
};
