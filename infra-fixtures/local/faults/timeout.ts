import { functionDefinition } from '../../game/definition.ts';
import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** What the function does takes a little longer than it is given. */
export const timeout: Fault = {
  name: 'timeout',
  summary: 'the leaderboards function times out',
  truth: { node: 'lambda:leaderboards', resource: 'timeout' },
  value: { what: 'milliseconds', fallback: 1000, min: 100, max: 1000 * functionDefinition('leaderboards').timeoutS - 1, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: ['GET /leaderboards/'] },
  evidence: [
    { namespace: 'AWS/Lambda', metric: 'Errors', dimensions: functionDimensions('leaderboards'), stat: 'Sum', change: 'appears' },
    { namespace: 'AWS/Lambda', metric: 'Duration', dimensions: functionDimensions('leaderboards'), stat: 'p50', change: 'rises' },
  ],
  apply: (settings, value) => {
    settings.functions.leaderboards.timeoutMs = value;
    settings.functions.leaderboards.latencyMs = value * 2;
  },
};
