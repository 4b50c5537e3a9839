import type { Audit } from '../contract.ts';
import { figure, percent, plural } from '../words.ts';

/** Checks worth a line. */
const CHECKS_MAX = 5;

export const checks: Audit<'client'> = {
  id: 'checks',
  question: "Did the script's checks hold?",
  needs: ['client'],
  audit({ client }) {
    const failing = (client.exact?.checks ?? []).filter(({ fails }) => fails > 0).toSorted((a, b) => b.fails - a.fails);
    const [worst] = failing;
    if (worst === undefined) return [];
    const share = worst.fails / (worst.fails + worst.passes);
    return {
      id: 'checks',
      // k6 has a check fail without consequence; a threshold on `checks` is how a script makes it count, and that is a target.
      verdict: 'warn',
      severity: 'medium',
      title: `${plural(failing.length, 'check')} did not hold, worst "${worst.name}" (${percent(share)} of the time)`,
      why: 'Answers that are not what the script expects make its figures those of something else.',
      evidence: failing.slice(0, CHECKS_MAX).map(({ name, fails, passes }) => ({
        what: `"${name}" failed, of ${figure(fails + passes)}`,
        value: fails,
      })),
      next: 'Look at what the target answers there. To make checks count, set a threshold on `checks`.',
    };
  },
};
