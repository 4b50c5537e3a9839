import type { Audit } from '../contract.ts';

export const judgedTargets: Audit<'targets'> = {
  id: 'judged-targets',
  question: 'Was there anything to hold the run to?',
  needs: ['targets'],
  audit({ targets }) {
    if (targets.some(({ verdict }) => verdict !== 'skipped')) return [];
    const none = targets.length === 0;
    return {
      id: 'judged-targets',
      verdict: 'inconclusive',
      severity: 'high',
      title: none ? 'The run has no targets' : 'Every target was out of reach of this plan',
      why: 'A run that is held to nothing can neither pass nor fail.',
      evidence: targets.map(({ id, reason }) => ({ what: id, value: reason ?? null })),
      next: none ? 'Set thresholds in k6.config.json, or in the script.' : 'Plan more load, or lower the limits in k6.config.json.',
    };
  },
};
