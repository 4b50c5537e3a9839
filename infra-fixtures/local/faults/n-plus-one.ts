import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Each read is fast; there are simply too many of them, one after the other. */
export const nPlusOne: Fault = {
  name: 'n-plus-one',
  summary: 'the marketplace function reads each auction of a list by itself',
  truth: { node: 'lambda:marketplace', resource: 'calls' },
  value: null,
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /market/auctions'] },
  evidence: [{ namespace: 'AWS/Lambda', metric: 'Duration', dimensions: functionDimensions('marketplace'), stat: 'p50', change: 'rises' }],
  apply: (settings) => {
    settings.functions.marketplace.env['MARKET_READS'] = 'n-plus-one';
  },
};
