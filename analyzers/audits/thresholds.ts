import type { Audit, Finding } from '../contract.ts';
import { standardLimit } from '../targets/thresholds.ts';

export const thresholds: Audit<'plan' | 'client' | 'targets'> = {
  id: 'thresholds',
  question: "Do k6's own thresholds agree with the verdict?",
  needs: ['plan', 'client', 'targets'],
  audit({ plan, client, targets }) {
    if (client.exact === null) {
      return {
        id: 'thresholds',
        verdict: 'inconclusive',
        severity: 'medium',
        title: "k6's end-of-test values are missing",
        why: 'Thresholds of the script that only k6 can judge, if there are any, were not judged.',
        evidence: [],
        next: 'Let the run come to its end: k6 writes them last.',
      };
    }
    return client.exact.thresholds.flatMap((threshold): Finding[] => {
      const id = standardLimit(threshold, plan);
      const target = targets.find((candidate) => candidate.id === id);
      if (threshold.ok || target === undefined || (target.verdict !== 'pass' && target.verdict !== 'warn')) return [];
      return [
        {
          id: 'thresholds',
          verdict: 'warn',
          severity: 'low',
          title: `${target.id} is met in the steady window, and was missed over the whole run`,
          why: `k6 judges \`${threshold.metric}: ${threshold.expression}\` with ramps and warm-up in it; loadkit leaves those out.`,
          evidence: [
            {
              what: 'in the steady window',
              value: target.value,
              ...(target.limit === null ? {} : { limit: target.limit }),
              unit: target.unit,
            },
          ],
          next: 'Look at the start of the timeline: players who arrive during a ramp see that latency, too.',
        },
      ];
    });
  },
};
