import { metricsNamespace } from '../../game/definition.ts';
import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** One at a time, and those who wait keep asking: the more come, the less gets done. */
export const lockContention: Fault = {
  name: 'lock-contention',
  summary: 'purchases in the marketplace wait for one lock',
  truth: { node: 'lambda:marketplace', resource: 'lock' },
  value: { what: 'milliseconds that the lock is held', fallback: 500, min: 1, max: 2000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['POST /market/auctions/:id/purchase'] },
  evidence: [
    { namespace: metricsNamespace, metric: 'MarketLockWait', dimensions: { service: 'marketplace' }, stat: 'Average', change: 'appears' },
    { namespace: 'AWS/Lambda', metric: 'Duration', dimensions: functionDimensions('marketplace'), stat: 'p95', change: 'rises' },
  ],
  apply: (settings, value) => {
    settings.functions.marketplace.env['MARKET_LOCK_MS'] = String(value);
  },
};
