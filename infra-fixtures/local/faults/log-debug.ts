import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** A line is not free: the function waits until it is written. */
export const logDebug: Fault = {
  name: 'log-debug',
  summary: 'the character function logs at level debug, and waits for each line',
  truth: { node: 'lambda:character', resource: 'logging' },
  value: { what: 'milliseconds that a line takes', fallback: 60, min: 1, max: 5000, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['GET /characters/:id', 'GET /characters'] },
  evidence: [{ namespace: 'AWS/Lambda', metric: 'Duration', dimensions: functionDimensions('character'), stat: 'p50', change: 'rises' }],
  apply: (settings, value) => {
    settings.functions.character.env['POWERTOOLS_LOG_LEVEL'] = 'DEBUG';
    settings.functions.character.env['LOG_WAIT_MS'] = String(value);
  },
};
