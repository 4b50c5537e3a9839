import type { Audit, Client } from '../contract.ts';
import { total } from '../series.ts';
import { figure, percent, plural } from '../words.ts';

/** Below this share of the iterations, exceptions leave the load as it was planned; the game's own limit on errors. Guess: tune. */
const SHARE_MAX = 0.01;

/** k6 counts an iteration that threw as completed (its internal/js/runner.go), logs the exception, goes on, and exits with 0. */
export const everyIterationThrew = (client: Client): boolean =>
  client.scriptErrors.count > 0 && client.scriptErrors.count >= total(client.iterations);

/** A `setup()` that throws leaves no iteration. */
function titleOf(count: number, iterations: number): string {
  if (iterations === 0) return 'The script threw before its first iteration was over';
  return count >= iterations ? 'Every iteration of the script threw' : `${plural(count, 'iteration')} of ${figure(iterations)} threw`;
}

export const scriptErrors: Audit<'client'> = {
  id: 'script-errors',
  question: 'Did the script run without exceptions?',
  needs: ['client'],
  audit({ client }) {
    const { count, messages } = client.scriptErrors;
    if (count === 0) return [];
    const iterations = total(client.iterations);
    const all = everyIterationThrew(client);
    const share = all ? 1 : count / iterations;
    return {
      id: 'script-errors',
      verdict: share < SHARE_MAX ? 'warn' : 'fail',
      severity: all ? 'critical' : share < SHARE_MAX ? 'medium' : 'high',
      title: titleOf(count, iterations),
      why: `An iteration that throws ends early, so ${all ? 'the planned load was never made' : `${percent(share)} of the planned load is missing`}. k6 itself exits with 0.`,
      evidence: [
        { what: 'share of iterations that threw', value: share, limit: SHARE_MAX, unit: 'ratio' },
        ...messages.map((message) => ({ what: 'exception', value: message })),
      ],
      next: 'Mend the script where the first exception points, and run again.',
    };
  },
};
