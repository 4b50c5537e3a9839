import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** A bad release of one function. */
export const errorBurst: Fault = {
  name: 'error-burst',
  summary: 'the inventory function fails since its deployment',
  truth: { node: 'lambda:inventory', resource: 'errors' },
  value: { what: 'share of the invocations that fail', fallback: 0.3, min: 0.001, max: 1, whole: false },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /characters/:id/inventory', 'GET /items'] },
  evidence: [{ namespace: 'AWS/Lambda', metric: 'Errors', dimensions: functionDimensions('inventory'), stat: 'Sum', change: 'appears' }],
  apply: (settings, value) => {
    settings.functions.inventory.env['ERROR_SHARE'] = String(value);
  },
};
