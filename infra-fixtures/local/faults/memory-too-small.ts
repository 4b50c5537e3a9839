import { functionDefinition } from '../../game/definition.ts';
import { functionDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Kept for ever by each invocation. Guess: tune. */
const LEAK_KB = 16_384;

/** Memory buys processor share: at 128 MB a function has a fourteenth of a vCPU. And it leaks, so that its environments run out of memory one after the other. */
export const memoryTooSmall: Fault = {
  name: 'memory-too-small',
  summary: 'the offline function has too little memory: it is slow by its share of the processor, and then killed for want of memory',
  truth: { node: 'lambda:offline', resource: 'memory' },
  value: { what: 'megabytes', fallback: 256, min: 128, max: functionDefinition('offline').memoryMb - 1, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'slow', requests: ['POST /characters/:id/offline-progress'] },
  evidence: [
    { namespace: 'AWS/Lambda', metric: 'Duration', dimensions: functionDimensions('offline'), stat: 'p50', change: 'rises' },
    { namespace: 'AWS/Lambda', metric: 'Errors', dimensions: functionDimensions('offline'), stat: 'Sum', change: 'appears' },
  ],
  apply: (settings, value) => {
    settings.functions.offline.memoryMb = value;
    settings.functions.offline.env['LEAK_KB'] = String(LEAK_KB);
  },
};
