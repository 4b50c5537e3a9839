import type { Audit } from '../contract.ts';
import { BATCH_SLOTS, BATCHES_MIN } from '../models/steady-state.ts';

export const steadyState: Audit<'window' | 'client'> = {
  id: 'steady-state',
  question: 'Did latency and throughput settle?',
  needs: ['window', 'client'],
  audit({ window, client }) {
    if (window.steady) return [];
    const neededS = BATCHES_MIN * BATCH_SLOTS * client.periodS;
    return {
      id: 'steady-state',
      verdict: 'inconclusive',
      severity: 'high',
      title: `No steady state: ${window.reason}`,
      why: 'Figures of a system that is still changing hold for that stretch alone. A certain miss counts all the same.',
      evidence: [{ what: 'length of the stretch judged instead', value: window.toS - window.fromS, limit: neededS, unit: 's' }],
      next: `Run longer at full load: at least ${neededS} s, and several times the time that the system takes to warm up.`,
    };
  },
};
