import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Players are in by then, and have seen it well. Guess: tune. */
const DEPLOYED_AFTER_MS = 15_000;

/** A bad release of one function, while it is in use. */
export const errorBurst: Fault = {
  name: 'error-burst',
  summary: 'the inventory function fails since a deployment, a quarter of a minute after the stack came up',
  truth: { node: 'lambda:inventory', resource: 'errors' },
  value: { what: 'share of the invocations that fail', fallback: 0.3, min: 0.001, max: 1, whole: false },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /characters/:id/inventory', 'GET /items'] },
  evidence: [{ namespace: 'AWS/Lambda', metric: 'Errors', dimensions: functionDimensions('inventory'), stat: 'Sum', change: 'appears' }],
  apply: (settings, value) => {
    settings.functions.inventory.deployment = { afterMs: DEPLOYED_AFTER_MS, env: { ERROR_SHARE: String(value) } };
  },
};
